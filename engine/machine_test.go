package engine_test

import (
	"testing"

	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

func TestInspectMachine(t *testing.T) {
	real := device.Disk{Identity: device.Identity{Kind: device.KindDisk}}
	hardware := "{ lib, ... }: { }\n"
	for name, row := range map[string]struct {
		disk    device.Disk
		prepare func(*tooltest.Runner)
		want    engine.Machine
		fails   bool
	}{
		"image":    {disk: device.Disk{Identity: device.Identity{Kind: device.KindImage}}, prepare: func(*tooltest.Runner) {}},
		"no NixOS": {disk: real, prepare: func(r *tooltest.Runner) { r.Lack("nixos-generate-config", "systemd-detect-virt") }},
		"guest": {disk: real, prepare: func(r *tooltest.Runner) {
			r.On(tooltest.Says(hardware), "nixos-generate-config")
			r.On(tooltest.Says("kvm\n"), "systemd-detect-virt")
		}, want: engine.Machine{Hardware: hardware, Virtualization: "kvm"}},
		"generator fails": {disk: real, prepare: func(r *tooltest.Runner) {
			r.On(tooltest.Fails(1, "no"), "nixos-generate-config")
		}, fails: true},
		"detector fails": {disk: real, prepare: func(r *tooltest.Runner) {
			r.Lack("nixos-generate-config")
			r.On(tooltest.Fails(2, "no"), "systemd-detect-virt")
		}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			runner := tooltest.New()
			row.prepare(runner)
			got, err := engine.InspectMachine(t.Context(), tool.Runner(runner), row.disk)
			if (err != nil) != row.fails || err == nil && got != row.want {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
