package command_test

import (
	"strings"
	"testing"

	"lethe/engine/command"
)

func TestLVMReports(t *testing.T) {
	const options = ` --readonly --reportformat json --config 'devices { filter=["a|.*|"] global_filter=["a|.*|"] use_devicesfile=0 hints="none" }' --options `
	for want, c := range map[string]command.Command{
		"pvs" + options + "pv_name,pv_uuid,pv_major,pv_minor,pv_missing,vg_name,vg_uuid,vg_exported": command.ListPhysicalVolumes(),
		"lvs" + options + "vg_uuid,lv_name": command.ListLogicalVolumes(),
	} {
		if got := strings.TrimSpace(c.Shell()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
