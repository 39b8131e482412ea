package tool_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// What LVM 2.03.16 printed on Debian 12 in November 2026, for a group of two physical volumes of which one was then taken
// away, and one physical volume of no group.
const (
	pvsSays = `
  {
      "report": [
          {
              "pv": [
                  {"pv_name":"/dev/loop0", "pv_uuid":"ofjT5R-S7Ew-k23f-1and-1fcD-pfSy-JDsSJg", "pv_major":"7", "pv_minor":"0", "pv_missing":"", "vg_name":"vg-a", "vg_uuid":"k2duEA-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9", "vg_exported":""},
                  {"pv_name":"/dev/loop2", "pv_uuid":"s4pvj3-ujl2-pz3K-Qoxd-TXg4-uW5u-etfaTi", "pv_major":"7", "pv_minor":"2", "pv_missing":"", "vg_name":"", "vg_uuid":"", "vg_exported":""},
                  {"pv_name":"[unknown]", "pv_uuid":"9cIP4h-ZbxU-wrCh-lrHc-apYo-kEbO-gUAjtB", "pv_major":"0", "pv_minor":"0", "pv_missing":"missing", "vg_name":"vg-a", "vg_uuid":"k2duEA-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9", "vg_exported":""}
              ]
          }
      ]
  }`
	lvsSays = `
  {
      "report": [
          {
              "lv": [
                  {"vg_uuid":"k2duEA-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9", "lv_name":"root"}
              ]
          }
      ]
  }`
	noneSays = `{"report": [{"lv": []}]}`
)

func TestGroups(t *testing.T) {
	runner := tooltest.New().On(tooltest.Says(pvsSays), "pvs").On(tooltest.Says(lvsSays), "lvs")
	got, err := tool.LVM{Runner: runner}.Groups(t.Context())
	want := []device.VolumeGroup{
		{
			Name: "vg-a", UUID: "k2duEA-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9", LVs: []string{"root"},
			PVs: []device.PhysicalVolume{
				{Path: "/dev/loop0", Number: "7:0", UUID: "ofjT5R-S7Ew-k23f-1and-1fcD-pfSy-JDsSJg"},
				{Path: "[unknown]", UUID: "9cIP4h-ZbxU-wrCh-lrHc-apYo-kEbO-gUAjtB", Missing: true},
			},
		},
		{PVs: []device.PhysicalVolume{{Path: "/dev/loop2", Number: "7:2", UUID: "s4pvj3-ujl2-pz3K-Qoxd-TXg4-uW5u-etfaTi"}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, c := range runner.Calls() {
		if line := strings.Join(c.Args, " "); !strings.Contains(line, "--readonly") || !strings.Contains(line, "use_devicesfile=0") {
			t.Errorf("%s %s", c.Name, line)
		}
	}
	if calls := runner.Calls(); len(calls) != 2 || !reflect.DeepEqual(calls[0], command.ListPhysicalVolumes()) {
		t.Errorf("calls %v", calls)
	}
}

func TestExportedGroup(t *testing.T) {
	exported := strings.ReplaceAll(pvsSays, `"vg_exported":""`, `"vg_exported":"exported"`)
	runner := tooltest.New().On(tooltest.Says(exported), "pvs").On(tooltest.Says(noneSays), "lvs")
	got, err := tool.LVM{Runner: runner}.Groups(t.Context())
	if err != nil || len(got) != 2 || !got[0].Exported || got[0].LVs != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestGroupsRefuses wants an error, never a group with less in it than there is.
func TestGroupsRefuses(t *testing.T) {
	edit := func(old, replacement string) string { return strings.Replace(pvsSays, old, replacement, 1) }
	for name, says := range map[string][2]string{
		"nothing at all":       {"", noneSays},
		"no report":            {"{}", noneSays},
		"lists in the wrong":   {noneSays, noneSays},
		"no list of volumes":   {pvsSays, `{"report": [{}]}`},
		"cut short":            {pvsSays[:len(pvsSays)/2], noneSays},
		"no UUID":              {edit("ofjT5R-S7Ew-k23f-1and-1fcD-pfSy-JDsSJg", ""), noneSays},
		"a group without name": {edit(`"vg_name":"vg-a"`, `"vg_name":""`), noneSays},
		"no number":            {edit(`"pv_major":"7"`, `"pv_major":"-1"`), noneSays},
		"volume of no group":   {pvsSays, strings.ReplaceAll(lvsSays, "k2duEA", "k2duEB")},
	} {
		runner := tooltest.New().On(tooltest.Says(says[0]), "pvs").On(tooltest.Says(says[1]), "lvs")
		if got, err := (tool.LVM{Runner: runner}).Groups(t.Context()); err == nil || got != nil {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	lacking := tooltest.New().Lack("lvs")
	if _, err := (tool.LVM{Runner: lacking}).Groups(t.Context()); !errors.Is(err, tool.ErrNotFound) || !strings.Contains(err.Error(), "lvs") {
		t.Errorf("without lvs: %v", err)
	}
	failing := tooltest.New().On(tooltest.Says(pvsSays), "pvs").On(tooltest.Fails(5, "no"), "lvs")
	if _, err := (tool.LVM{Runner: failing}).Groups(t.Context()); err == nil {
		t.Error("lvs failed and nobody said so")
	}
}
