package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine"
	"lethe/engine/lockfile"
)

// playedRescuer is a machine with installed systems.
type playedRescuer struct {
	list     []engine.Rescuable
	opened   engine.Rescued
	released []string
	err      error
	asked    []string
}

func (h *playedRescuer) Rescuable(_ context.Context, path string) ([]engine.Rescuable, error) {
	h.asked = append(h.asked, "list "+path)
	return h.list, nil
}

func (h *playedRescuer) Mount(_ context.Context, r engine.Rescue) (engine.Rescued, error) {
	h.asked = append(h.asked, fmt.Sprintf("mount %s, read-only %v, with %d bytes", r.Disk, r.ReadOnly, len(r.Passphrase.Bytes())))
	r.Say("the nix file system is \x1b[31mfine")
	return h.opened, h.err
}

func (h *playedRescuer) Unmount(context.Context) ([]string, error) {
	h.asked = append(h.asked, "unmount")
	return h.released, h.err
}

func TestMountCommand(t *testing.T) {
	const enter, install, unmount = "sudo nixos-enter --root /mnt\n", "nixos-install --root /mnt --flake 'path:/mnt/etc/nixos#lethe' --no-root-passwd", "sudo lethe-engine unmount\n"
	one := engine.Rescuable{Disk: "/dev/played", Title: "/dev/played · 40 GiB", Encrypted: true}
	two := engine.Rescuable{Disk: "/dev/other", Title: "/dev/other · 1 TiB"}
	mounted := fmt.Sprintf("mount /dev/played, read-only false, with %d bytes", len(canary))
	for name, row := range map[string]struct {
		change func(h *playedRescuer, f *mountFlags)
		code   int
		asked  []string
		says   string // the error
		prints []string
	}{
		"the only one":  {func(*playedRescuer, *mountFlags) {}, 0, []string{"list ", mounted}, "", []string{"/dev/played · 40 GiB is open below /mnt.\n", "/etc/nixos, /var/log", enter, install, "lethe-engine continue", unmount}},
		"by its name":   {func(_ *playedRescuer, f *mountFlags) { f.disk = "/dev/disk/by-id/x" }, 0, []string{"list /dev/disk/by-id/x", mounted}, "", []string{enter}},
		"only to read":  {func(_ *playedRescuer, f *mountFlags) { f.readOnly = true }, 0, []string{"list ", strings.Replace(mounted, "false", "true", 1)}, "", []string{"nothing can be written to it", unmount}},
		"not encrypted": {func(h *playedRescuer, _ *mountFlags) { h.list = []engine.Rescuable{two} }, 0, []string{"list ", "mount /dev/other, read-only false, with 0 bytes"}, "", []string{"/dev/other"}},
		"no name":       {func(h *playedRescuer, _ *mountFlags) { h.opened.Host = "" }, 0, []string{"list ", mounted}, "", []string{"path:/mnt/etc/nixos#HOST"}},
		"none":          {func(h *playedRescuer, _ *mountFlags) { h.list = nil }, exitRefused, []string{"list "}, "no disk of this machine has partitions as Lethe makes them", nil},
		"several": {
			func(h *playedRescuer, _ *mountFlags) { h.list = append(h.list, two) }, exitRefused,
			[]string{"list "},
			"name it:\n  /dev/played · 40 GiB\n  /dev/other · 1 TiB", nil,
		},
		"no passphrase": {func(_ *playedRescuer, f *mountFlags) { f.passphraseFile = filepath.Join("no", "such", "file") }, exitRefused, []string{"list "}, "no such file", nil},
		"it is refused": {func(h *playedRescuer, _ *mountFlags) {
			h.err = errors.New("cannot open the system on /dev/played: why")
		}, exitRefused, []string{"list ", mounted}, "why", nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := &playedRescuer{list: []engine.Rescuable{one}, opened: engine.Rescued{Disk: "/dev/played", Root: "/mnt", Host: "lethe", Kept: []string{"/etc/nixos", "/var/log"}}}
			f := mountFlags{secretFlags: secretFlags{passphraseFile: passphraseIn(t), passphraseFD: -1}}
			row.change(h, &f)
			out, complaint, err := onFiles(t, func(s streams) error { return s.mount(t.Context(), h, f) })
			if exitOf(err) != row.code || !slices.Equal(h.asked, row.asked) || row.says != "" && !strings.Contains(err.Error(), row.says) {
				t.Errorf("exit code %d, asked %q: %v", exitOf(err), h.asked, err)
			}
			for _, text := range row.prints {
				if !strings.Contains(out, text) {
					t.Errorf("%q is not in %s", text, out)
				}
			}
			if f.readOnly && strings.Contains(out, "nixos-") {
				t.Errorf("printed %s", out)
			}
			if told := len(h.asked) > 1; told != strings.Contains(complaint, "Note: the nix file system is") || strings.Contains(complaint, "\x1b") || strings.Contains(out+complaint, canary) {
				t.Errorf("printed %s%s", out, complaint)
			}
		})
	}
}

func TestUnmountCommand(t *testing.T) {
	for name, row := range map[string]struct {
		played playedRescuer
		code   int
		out    string
		says   string
	}{
		"everything":          {playedRescuer{released: []string{"what is mounted at /mnt", "the opened container crypted"}}, 0, "Released what is mounted at /mnt.\nReleased the opened container crypted.\n", ""},
		"nothing":             {playedRescuer{}, 0, "Nothing is held.\n", ""},
		"in use":              {playedRescuer{err: errors.New("cannot unmount /mnt/nix: busy")}, exitFailed, "", "busy\nEnd what uses it, then run lethe-engine unmount again"},
		"somebody is at work": {playedRescuer{err: &lockfile.Held{Holder: lockfile.Note{PID: 7}}}, exitRefused, "", "process 7"},
	} {
		t.Run(name, func(t *testing.T) {
			out, _, err := onFiles(t, func(s streams) error { return s.unmount(t.Context(), &row.played) })
			if exitOf(err) != row.code || out != row.out || row.says != "" && !strings.Contains(err.Error(), row.says) {
				t.Errorf("exit code %d, printed %q: %v", exitOf(err), out, err)
			}
		})
	}
	ended, end := context.WithCancel(t.Context())
	end()
	_, _, err := onFiles(t, func(s streams) error { return s.unmount(ended, &playedRescuer{err: context.Canceled}) })
	if exitOf(err) != exitCancelled {
		t.Errorf("cancelled: %v", err)
	}
}
