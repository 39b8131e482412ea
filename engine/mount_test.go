package engine

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/tool/tooltest"
)

// rescued is a played machine with a disk that a plan installed to. What a mount would show is there already, both where it is looked into
// and below /mnt.
type rescued struct {
	t       *testing.T
	root    string
	plan    plan.Plan
	disk    device.Disk
	tools   *tooltest.Runner
	machine *step.Machine
	said    []string
}

func newRescued(t *testing.T) *rescued {
	t.Helper()
	blank := device.Disk{
		Identity: device.Identity{Kind: device.KindDisk, Path: "/dev/x", Serial: "S1", Bytes: plantest.Size, Logical: 512, ByID: []string{"x-S1"}, ByPath: []string{}},
		Grade:    device.Confirmed, Topology: device.Topology{Logical: 512, Physical: 512}, Table: device.Table{Kind: device.TableNone},
		Verdict: device.Verdict{State: device.Eligible},
	}
	wishes := plantest.Wishes(true, "")
	wishes.Desktop.Environment, wishes.Host.Name = "none", "planned"
	s := &rescued{t: t, root: t.TempDir(), plan: plantest.For(t, blank, wishes), tools: tooltest.New().On(tooltest.Says(""), "cryptsetup", "mount", "umount", "e2fsck", "fsck.vfat", "sync")}
	s.disk = formatted(s.plan)
	for i := range s.disk.Partitions {
		s.disk.Partitions[i].Name = "x!" + string(rune('1'+i))
	}
	s.machine = &step.Machine{
		Chroot: s.root, Tools: s.tools, Record: filepath.Join(s.root, "held.json"),
		Mounts: func(string) ([]string, error) { return nil, nil },
		Opened: func(string) (bool, error) { return false, nil },
	}
	for _, path := range []string{"/etc/nixos", "/var/log", "/var/lib/nixos", "/srv"} {
		s.folder(plan.Persist + path)
	}
	s.folder(plan.Look + "/persist/etc/nixos")
	return s
}

func (s *rescued) folder(path string) {
	s.t.Helper()
	if err := os.MkdirAll(s.root+path, 0o700); err != nil {
		s.t.Fatal(err)
	}
}

// write makes a file that is root's alone.
func (s *rescued) write(path, text string) {
	s.t.Helper()
	s.folder(filepath.Dir(path))
	if err := os.WriteFile(s.root+path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// remember puts a plan where an installation leaves it.
func (s *rescued) remember(p plan.Plan) {
	s.t.Helper()
	text, err := p.JSON()
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(plan.Look+"/"+plan.Memo+"/plan.json", string(text))
}

// generation makes the newest generation of the installed system, by links as Nix makes them.
func (s *rescued) generation(kept string) {
	s.t.Helper()
	const store = "/nix/store/00000000000000000000000000000000-"
	s.write(plan.Root+store+"etc/etc/hostname", "running\n")
	if kept != "" {
		s.write(plan.Root+store+"json", kept)
		s.folder(plan.Root + store + "etc/etc/lethe")
		s.link(store+"json", store+"etc/etc/lethe/persistence.json")
	}
	s.folder(plan.Root + store + "system")
	s.link(store+"etc/etc", store+"system/etc")
	s.folder(plan.Root + "/nix/var/nix/profiles")
	s.link("system-7-link", "/nix/var/nix/profiles/system")
	s.link(store+"system", "/nix/var/nix/profiles/system-7-link")
}

func (s *rescued) link(to, at string) {
	s.t.Helper()
	if err := os.Symlink(to, s.root+plan.Root+at); err != nil {
		s.t.Fatal(err)
	}
}

// open opens the disk.
func (s *rescued) open(r Rescue) (Rescued, error) {
	if r.Disk == "" {
		r.Disk = "/dev/x"
	}
	r.Say = func(text string) { s.said = append(s.said, text) }
	passphrase := secret.New([]byte(plantest.Passphrase))
	defer passphrase.Wipe()
	if r.Passphrase == nil {
		r.Passphrase = passphrase
	}
	return r.open(s.t.Context(), s.machine, device.Inventory{Disks: []device.Disk{s.disk}})
}

func TestMountRecognises(t *testing.T) {
	least := []string{"/etc/nixos", "/var/lib/nixos", "/var/log"}
	const kept = `{"/nix/persist":{"directories":["/srv","/etc/nixos"],"files":["/etc/machine-id"]},"/persist":{"directories":["/var/log"],"files":[]}}`
	for name, row := range map[string]struct {
		make    func(s *rescued)
		host    string
		kept    []string
		planned bool
		says    string
	}{
		"by its plan":                  {func(s *rescued) { s.remember(s.plan) }, "planned", least, true, ""},
		"by its configuration":         {func(*rescued) {}, "", least, false, ""},
		"what runs on it goes first":   {func(s *rescued) { s.remember(s.plan); s.generation(kept) }, "running", []string{"/etc/nixos", "/srv"}, true, ""},
		"without a list of its own":    {func(s *rescued) { s.generation("") }, "running", least, false, ""},
		"with an empty list":           {func(s *rescued) { s.generation("{}") }, "running", least, false, ""},
		"with a broken list":           {func(s *rescued) { s.generation("[") }, "running", least, false, "What the installed system keeps cannot be read"},
		"after it was encrypted anew":  {func(s *rescued) { s.remember(s.plan); s.disk.Partitions[2].Content.UUID = "another" }, "", least, false, "its LUKS container has another UUID"},
		"on a copy":                    {func(s *rescued) { s.remember(s.plan); s.disk.Partitions[0].PartUUID = "another" }, "", least, false, "its esp partition has another PARTUUID"},
		"beside a plan of another age": {func(s *rescued) { s.write(plan.Look+"/"+plan.Memo+"/plan.json", `{"version":99}`) }, "", least, false, "The plan of the installation that is on the disk is left aside"},
		"with one more partition": {func(s *rescued) {
			s.disk.Partitions = append(s.disk.Partitions, device.Partition{Number: 7, Name: "x7"})
		}, "", least, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRescued(t)
			row.make(s)
			got, err := s.open(Rescue{})
			if err != nil {
				t.Fatal(err)
			}
			if got.Host != row.host || got.Planned != row.planned || !slices.Equal(got.Kept, row.kept) || got.Disk != "/dev/x" || got.Root != "/mnt" {
				t.Errorf("got %+v", got)
			}
			if says := strings.Join(s.said, "\n"); row.says != "" && !strings.Contains(says, row.says) || row.says == "" && strings.Contains(says, "left aside") {
				t.Errorf("said %s", says)
			}
			if !slices.ContainsFunc(s.tools.Calls(), func(c command.Command) bool {
				return slices.Equal(c.Args, []string{"-t", "vfat", "-o", "umask=0077", "/dev/x/1", "/mnt/boot"})
			}) {
				t.Errorf("ran %v", s.tools.Calls())
			}
		})
	}
}

func TestMountRefuses(t *testing.T) {
	refused := func(reason string) device.Verdict { return device.Verdict{State: device.Refused, Reason: reason} }
	for name, row := range map[string]struct {
		spoil func(s *rescued, r *Rescue)
		says  string
		runs  bool // it had to be opened for that
	}{
		"no such disk": {func(_ *rescued, r *Rescue) { r.Disk = "/dev/y" }, "no such disk", false},
		"a partition":  {func(_ *rescued, r *Rescue) { r.Disk = "/dev/x/3" }, "not a whole disk", false},
		"blank": {func(s *rescued, _ *Rescue) {
			s.disk.Table, s.disk.Partitions = device.Table{Kind: device.TableNone}, nil
		}, "cannot open the system on /dev/x: it has no GPT partition table", false},
		"another system": {func(s *rescued, _ *Rescue) { s.disk.Partitions[2].Label = "root" }, "0 partitions that Lethe could have made", false},
		"the running system": {func(s *rescued, _ *Rescue) {
			s.disk.Verdict = refused("The running system is on /dev/x3: choose another disk.")
		}, "The running system is on /dev/x3", false},
		"opened by somebody": {func(s *rescued, _ *Rescue) {
			s.disk.Release = []device.Release{{Kind: "crypt", Name: "luks-1", Says: "opened container luks-1"}}
		}, "opened container luks-1 is in use; close it", false},
		"not judged": {func(s *rescued, _ *Rescue) {
			s.disk.Verdict = device.Verdict{State: device.Unchecked, Reason: "not read yet"}
		}, "not read yet", false},
		"write-protected": {func(s *rescued, _ *Rescue) {
			s.disk.ReadOnly, s.disk.Reasons, s.disk.Verdict = true, []string{"ro"}, refused("ro")
		}, "say --read-only", false},
		"write-protected and in use": {func(s *rescued, r *Rescue) {
			s.disk.ReadOnly, s.disk.Reasons, s.disk.Verdict, r.ReadOnly = true, []string{"mounted", "ro"}, refused("mounted"), true
		}, "mounted", false},
		"nothing of Lethe's inside": {func(s *rescued, _ *Rescue) {
			if err := os.RemoveAll(s.root + plan.Look + "/persist"); err != nil {
				s.t.Fatal(err)
			}
		}, "it carries no system by Lethe: there is no configuration in persist/etc/nixos", true},
		"a link in its place": {func(s *rescued, _ *Rescue) {
			if err := errors.Join(os.RemoveAll(s.root+plan.Look+"/persist/etc"), os.Symlink("/etc", s.root+plan.Look+"/persist/etc")); err != nil {
				s.t.Fatal(err)
			}
		}, "it carries no system by Lethe", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newRescued(t)
			r := Rescue{}
			row.spoil(s, &r)
			if _, err := s.open(r); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v", err)
			}
			calls := s.tools.Calls()
			if len(calls) > 0 != row.runs {
				t.Errorf("ran %v", calls)
			}
			for _, c := range calls {
				if c.Name == "mount" && !slices.Contains(c.Args, "ro,noload,nosuid,nodev,noexec") {
					t.Errorf("ran %s", c.Shell())
				}
			}
			if _, err := os.Lstat(s.machine.Record); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something is held: %v", err)
			}
		})
	}
	s := newRescued(t)
	if _, err := (Rescue{Disk: "/dev/x"}).open(t.Context(), s.machine, device.Inventory{Disks: []device.Disk{s.disk}}); err == nil || !strings.Contains(err.Error(), "the passphrase was not given") {
		t.Errorf("without a passphrase: %v", err)
	}
	s.disk.ReadOnly, s.disk.Reasons, s.disk.Verdict = true, []string{"ro"}, refused("ro")
	if _, err := s.open(Rescue{ReadOnly: true}); err != nil {
		t.Errorf("a write-protected disk cannot be looked at: %v", err)
	}
}

func TestRescuable(t *testing.T) {
	s := newRescued(t)
	other, blank := s.disk, device.Disk{Identity: device.Identity{Path: "/dev/z"}, Table: device.Table{Kind: device.TableNone}}
	other.Path, other.ByID = "/dev/y", nil
	inventory := device.Inventory{Disks: []device.Disk{s.disk, blank, other}}
	list, err := rescuable(inventory, "")
	if err != nil || len(list) != 2 || list[0].Disk != "/dev/x" || list[1].Disk != "/dev/y" || !list[0].Encrypted || !strings.Contains(list[0].Title, "S1") {
		t.Errorf("%+v, %v", list, err)
	}
	if list, err = rescuable(inventory, "/dev/disk/by-id/x-S1"); err != nil || len(list) != 1 || list[0].Disk != "/dev/x" {
		t.Errorf("%+v, %v", list, err)
	}
	for path, says := range map[string]string{"/dev/z": "cannot open the system on /dev/z: it has no GPT", "/dev/gone": "no such disk", "x": "give a path below /dev"} {
		if _, err := rescuable(inventory, path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestRescueIsForRoot(t *testing.T) {
	l := Local{Folder: filepath.Join(t.TempDir(), "lethe")}
	if os.Geteuid() == 0 {
		if names, err := l.Unmount(t.Context()); err != nil || len(names) != 0 {
			t.Errorf("%q, %v", names, err)
		}
		return
	}
	_, listErr := l.Rescuable(t.Context(), "")
	_, mountErr := l.Mount(t.Context(), Rescue{})
	_, unmountErr := l.Unmount(t.Context())
	for _, err := range []error{listErr, mountErr, unmountErr} {
		if err == nil || !strings.Contains(err.Error(), "only root can; run this with sudo") {
			t.Error(err)
		}
	}
}
