package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// machine plays a live system: what is mounted, opened and swapped on, as the programs that change it left it.
type machine struct {
	mu      sync.Mutex
	root    string // stands for /
	mounts  []string
	mappers map[string]bool
	zram    map[string]bool // devices for swap in memory
	zrams   int             // how many were given out
	down    bool
}

// disk is a file that plays a block device.
type disk struct {
	target.Target
	file   *os.File
	facts  target.Facts
	busy   bool
	held   int
	copied layout.Role // the partition whose PARTUUID leads to a copy of the disk
}

func (d *disk) Disk() *os.File                                     { return d.file }
func (*disk) Path() string                                         { return "/dev/played" }
func (*disk) Image() bool                                          { return false }
func (d *disk) Facts() (target.Facts, error)                       { return d.facts, nil }
func (d *disk) Exclusive(_ context.Context, do func() error) error { return do() }
func (*disk) Reread(context.Context, []layout.Partition) error     { return nil }
func (d *disk) Release() error                                     { d.held--; return d.file.Close() }

func (d *disk) Partition(_ context.Context, p layout.Partition, _ target.Access, do func(string) error) error {
	if d.copied != "" && p.Role == d.copied {
		return errCopied
	}
	return do("/dev/disk/by-partuuid/" + p.PartUUID)
}

// errCopied is what a device says then.
var errCopied = errors.New("its PARTUUID leads to device 8:17 and not 259:1")

func (d *disk) Free() error {
	if d.busy {
		return target.ErrBusy
	}
	return nil
}

// stage is a whole installation on a played machine.
type stage struct {
	scene
	machine *machine
	disk    *disk
	record  string
}

// What somebody else has mounted and opened on the same machine.
const (
	foreignMount  = "/media/usb"
	foreignMapper = "somebodys"
)

// clean tells that nothing is mounted, opened or swapped on but what is somebody else's, and that this is still there.
func (m *machine) clean() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Equal(m.mounts, []string{foreignMount}) && len(m.mappers) == 1 && m.mappers[foreignMapper] && len(m.zram) == 0
}

const typedPassword = "canary-password-71"

// newStage plays an installation; the programs work as real ones do, as far as steps can tell.
func newStage(t *testing.T, encrypt bool) *stage {
	t.Helper()
	wishes := plantest.Wishes(encrypt, "")
	wishes.Desktop.Environment, wishes.Users = "none", []config.User{{Name: "ada", Admin: true}}
	return newStageFor(t, wishes, plantest.Passphrase, typedPassword)
}

// newStageFor is newStage with other wishes; every user has the same password.
func newStageFor(t *testing.T, wishes config.Config, passphrase, password string) *stage {
	t.Helper()
	m := &machine{root: t.TempDir(), mounts: []string{foreignMount}, mappers: map[string]bool{foreignMapper: true}}
	if err := os.MkdirAll(m.root+"/mnt", 0o755); err != nil {
		t.Fatal(err)
	}
	return stageOn(t, m, oldImage(t), wishes, passphrase, password)
}

// stageOn plans for what is on the image now.
func stageOn(t *testing.T, m *machine, image string, wishes config.Config, passphrase, password string) *stage {
	t.Helper()
	s := &stage{machine: m, record: filepath.Join(m.root, "held.json")}
	s.image, s.before, s.seen = image, plantest.Digest(t, image), &event.Recorder{}
	found := device.Disk{
		Identity: device.Identity{
			Kind: device.KindDisk, Path: "/dev/played", Serial: "P1", ByID: []string{"played-P1"}, ByPath: []string{},
			Bytes: plantest.Size, Logical: 512, DiskSeq: 9,
		},
		Grade: device.Confirmed, Name: "played", Number: "259:7", Transport: "nvme", Topology: device.Topology{Logical: 512, Physical: 512},
		Table: device.Table{Kind: device.TableGPT}, Verdict: device.Verdict{State: device.Eligible},
	}
	if !m.down {
		found.Release = []device.Release{{Kind: "lvm", Name: "oldvg", Says: "volume group oldvg"}}
	}
	file, err := os.OpenFile(image, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, found.TableHash, err = device.ReadTable(file, plantest.Size, 512); err != nil {
		t.Fatal(err)
	}
	s.disk = &disk{file: file, facts: target.Facts{Number: "259:7", Bytes: plantest.Size, Logical: 512, DiskSeq: 9}}
	s.tools = m.tools()
	secrets := secret.NewStore()
	secrets.Put(command.Passphrase, secret.New([]byte(passphrase)))
	for _, user := range wishes.Users {
		secrets.Put(plan.PasswordSecret(user.Name), secret.New([]byte(password)))
	}
	s.env = &step.Env{
		Plan: plantest.For(t, found, wishes), Tools: s.tools, Secrets: secrets, Now: time.Now,
		Machine: &step.Machine{Chroot: m.root, Tools: s.tools, Record: s.record, Mounts: m.below, Opened: m.opened, Active: m.active},
		Open: func(plan.Plan) (target.Target, error) {
			s.disk.held++
			return s.disk, nil
		},
		Identify: func(context.Context, plan.Plan) (device.Disk, error) { return found, nil },
	}
	s.runner = run.Runner{For: s.doer, Sink: s.seen, Now: time.Now}
	return s
}

// doer is the real one, but for the verification of a mounted system, which has tests of its own.
func (s *stage) doer(p plan.Step) (step.Doer, error) {
	real, err := step.For(p)
	if p.Kind == plan.Verify && err == nil {
		return wrapped{real, func(context.Context, *step.Env, step.Doer) error { return nil }}, nil
	}
	if p.Kind == plan.Handover && err == nil && os.Geteuid() != 0 { // who is not root gives nothing away
		return wrapped{real, func(ctx context.Context, e *step.Env, real step.Doer) error {
			if err := real.Do(ctx, e); !errors.Is(err, os.ErrPermission) {
				return err
			}
			return nil
		}}, nil
	}
	return real, err
}

// meddle replaces the Do of one step.
func (s *stage) meddle(id string, do func(ctx context.Context, e *step.Env, real step.Doer) error) {
	s.runner.For = func(p plan.Step) (step.Doer, error) {
		real, err := s.doer(p)
		if p.ID == id && err == nil {
			return wrapped{real, do}, nil
		}
		return real, err
	}
}

func (m *machine) below(folder string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []string
	for _, point := range m.mounts {
		if point == folder || strings.HasPrefix(point, folder+"/") {
			list = append(list, point)
		}
	}
	return list, nil
}

// active is for what is built on the disk until vgchange was called.
func (m *machine) active(device.Release) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.down, nil
}

func (m *machine) opened(name string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mappers[name], nil
}

// tools plays the programs.
func (m *machine) tools() *tooltest.Runner {
	ok := tooltest.Says("")
	r := tooltest.New().On(ok, "mkfs.fat", "mkfs.ext4", "mkswap", "sync", "fsck.vfat", "e2fsck", "udevadm", "modprobe", "swapon")
	r.On(m.locked(func(c command.Command) { m.mounts = append(m.mounts, c.Args[len(c.Args)-1]) }), "mount")
	r.On(m.locked(func(command.Command) { m.down = true }), "vgchange")
	r.On(m.unmount, "umount")
	r.On(m.locked(func(c command.Command) {
		switch c.Args[0] {
		case "open":
			m.mappers[c.Args[len(c.Args)-1]] = true
		case "close":
			delete(m.mappers, c.Args[1])
		}
	}), "cryptsetup")
	r.On(m.swap, "zramctl", "swapoff")
	r.On(m.lock, "nix")
	r.On(m.install, "nixos-install")
	return r
}

// locked plays a program that changes the machine.
func (m *machine) locked(do func(command.Command)) tooltest.Handler {
	return func(_ context.Context, call tool.Call) (tool.Result, error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		do(call.Command)
		return tool.Result{}, nil
	}
}

// unmount refuses what is not mounted, and what something else is mounted in.
func (m *machine) unmount(_ context.Context, call tool.Call) (tool.Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := call.Command.Args[0]
	i := slices.Index(m.mounts, at)
	busy := slices.ContainsFunc(m.mounts, func(point string) bool { return strings.HasPrefix(point, at+"/") })
	if i < 0 || busy {
		return tool.Result{}, fmt.Errorf("umount: %s: busy %v", at, busy)
	}
	m.mounts = slices.Delete(m.mounts, i, i+1)
	return tool.Result{}, nil
}

// lock writes a flake.lock for the inputs that a generated configuration has.
func (m *machine) lock(_ context.Context, call tool.Call) (tool.Result, error) {
	folder, _ := strings.CutPrefix(call.Command.Args[len(call.Command.Args)-1], "path:")
	return tool.Result{}, os.WriteFile(filepath.Join(folder, "flake.lock"), []byte(playedLock), 0o600)
}

const playedLock = `{"root":"root","version":7,"nodes":{"root":{"inputs":{"nixpkgs":"n","home-manager":"h","impermanence":"i"}},
"n":{"locked":{"narHash":"sha256-A"},"original":{"type":"github","owner":"NixOS","repo":"nixpkgs","ref":"nixos-26.05"}},
"h":{"locked":{"narHash":"sha256-B"},"original":{"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-26.05"}},
"i":{"locked":{"narHash":"sha256-C"},"original":{"type":"github","owner":"nix-community","repo":"impermanence"}}}}`

// install looks at what the real one would find.
func (m *machine) install(_ context.Context, call tool.Call) (tool.Result, error) {
	for _, path := range []string{"/mnt/etc/nixos/flake.nix", "/mnt/etc/nixos/flake.lock", "/mnt/nix/persist/passwords/ada", plan.Temp} {
		if _, err := os.Stat(m.root + path); err != nil {
			return tool.Result{}, err
		}
	}
	if !slices.Contains(call.Command.Env, "TMPDIR="+plan.Temp) || !call.Stream {
		return tool.Result{}, fmt.Errorf("called with %v", call.Command.Env)
	}
	call.Line("these 2 paths will be fetched (1.00 MiB download, 4.00 MiB unpacked):")
	call.Line("copying path '/nix/store/00000000000000000000000000000000-a' from 'https://cache.nixos.org'...")
	return tool.Result{}, nil
}

// check looks at everything that must be true after any run.
func (s *stage) check(t *testing.T, result run.Result, err error) {
	t.Helper()
	wellFormed(t, s.env.Plan, s.seen.Events(), result, err)
	if !s.machine.clean() || s.disk.held != 0 {
		t.Errorf("still mounted %v, opened %v, swap in memory %v, held %d", s.machine.mounts, s.machine.mappers, s.machine.zram, s.disk.held)
	}
	for _, left := range []string{s.record, s.machine.root + plan.Temp} {
		if _, err := os.Lstat(left); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", left, err)
		}
	}
	s.onlyItsOwn(t)
	for _, c := range s.tools.Calls() {
		text := strings.Join(append(append([]string{c.Name, c.Input}, c.Args...), c.Env...), " ")
		if strings.Contains(text, plantest.Passphrase) || strings.Contains(text, typedPassword) || strings.Contains(text, "$y$") {
			t.Errorf("a secret is in the call of %s", c.Name)
		}
		if c.Name == "swapon" && !strings.Contains(text, "zram") {
			t.Errorf("swapped on %v", c.Args)
		}
	}
	for _, e := range s.seen.Events() {
		if text := e.Text + e.Title + e.Next; strings.Contains(text, plantest.Passphrase) || strings.Contains(text, typedPassword) || strings.Contains(text, "$y$") {
			t.Errorf("a secret is in an event of %s", e.Step)
		}
	}
	same := plantest.Digest(t, s.image) == s.before
	if untouched := result.State == step.Untouched || result.State == step.Restored; untouched != same {
		t.Errorf("the disk is called %s, and that it is as before is %v", result.State, same)
	}
}

// onlyItsOwn makes sure that no program was ever given another device than the target's own.
func (s *stage) onlyItsOwn(t *testing.T) {
	t.Helper()
	own := []string{"/dev/played", "/dev/zram7", "/dev/zram8", "/dev/zram9", "/dev/fd/3"}
	for _, p := range s.env.Plan.Layout.Partitions {
		own = append(own, "/dev/disk/by-partuuid/"+p.PartUUID)
	}
	if l := s.env.Plan.Layout.LUKS; l != nil {
		own = append(own, "/dev/mapper/"+l.Mapper)
	}
	for _, c := range s.tools.Calls() {
		for _, arg := range c.Args {
			if strings.HasPrefix(arg, "/dev/") && !slices.Contains(own, arg) {
				t.Errorf("%s is given %s", c.Name, arg)
			}
		}
	}
}

func TestInstallation(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypt=%v", encrypt), func(t *testing.T) {
			s := newStage(t, encrypt)
			result, err := s.runner.Run(t.Context(), s.env)
			s.check(t, result, err)
			if err != nil || result.State != step.Complete {
				t.Fatalf("%s: %v", result.State, err)
			}
			if !s.machine.down {
				t.Error("the volume group was not taken down")
			}
			root := s.machine.root
			for path, mode := range map[string]os.FileMode{
				"/mnt/nix/persist/passwords": 0o700 | os.ModeDir, "/mnt/nix/persist/passwords/ada": 0o600,
				"/mnt/nix/persist": 0o755 | os.ModeDir, "/mnt/nix/persist/var/lib/nixos": 0o755 | os.ModeDir, "/mnt/var/log": 0o755 | os.ModeDir,
			} {
				if info, err := os.Stat(root + path); err != nil || info.Mode() != mode {
					t.Errorf("%s: %v %v", path, info, err)
				}
			}
			work := slices.ContainsFunc(s.seen.Events(), func(e event.Event) bool { return e.Work != nil && e.Step == "install" })
			if !work {
				t.Error("nixos-install's progress was not told")
			}
		})
	}
}

func TestEveryInstallationStepEveryMishap(t *testing.T) {
	steps := newStage(t, true).env.Plan.Steps
	for i, at := range steps {
		for _, m := range mishaps {
			t.Run(at.ID+"/"+m.name, func(t *testing.T) {
				s := newStage(t, true)
				ctx, cancel := context.WithCancelCause(t.Context())
				s.meddle(at.ID, m.do(func() { cancel(errStopped) }))
				result, err := s.runner.Run(ctx, s.env)
				if m.cancelled && !m.done && err == nil { // a step that does not look up before it is over
					t.Fatal("the cancel was lost")
				}
				s.check(t, result, err)
				did := steps[:i]
				if m.done {
					did = steps[:i+1]
				}
				want := expected(did)
				if m.cancelled && !m.done && formats(at) && result.State == step.Incomplete {
					want = step.Incomplete
				}
				if at.Kind == plan.Install && m.cancelled { // it has begun by then
					want = step.Prepared
				}
				if at.Kind == plan.Close && m.done {
					want = step.Complete
				}
				if result.State != want || result.Cancelled != m.cancelled {
					t.Errorf("%s, cancelled %v; want %s: %v", result.State, result.Cancelled, want, err)
				}
			})
		}
	}
}

func TestTheWrongDiskIsNeverWritten(t *testing.T) {
	for name, spoil := range map[string]func(s *stage){
		"another serial": func(s *stage) {
			real := s.env.Identify
			s.env.Identify = func(ctx context.Context, p plan.Plan) (device.Disk, error) {
				d, err := real(ctx, p)
				d.Serial = "P2"
				return d, err
			}
		},
		"another size on the descriptor":    func(s *stage) { s.disk.facts.Bytes += 512 },
		"another number on the descriptor":  func(s *stage) { s.disk.facts.Number = "259:8" },
		"another sequence number":           func(s *stage) { s.disk.facts.DiskSeq++ },
		"in use by somebody":                func(s *stage) { s.disk.busy = true },
		"something is mounted at the root":  func(s *stage) { s.machine.mounts = []string{"/mnt"} },
		"the mapping is somebody else's":    func(s *stage) { s.machine.mappers["crypted"] = true },
		"what is built on it was confirmed": func(s *stage) { s.env.Plan.Release = nil },
		"the table changed meanwhile": func(s *stage) {
			s.meddle("release", func(ctx context.Context, e *step.Env, real step.Doer) error {
				_, err := e.Target.Disk().WriteAt([]byte{0xff}, 1024) // an entry of the table
				return err
			})
		},
		"no password was given": func(s *stage) {
			s.env.Secrets = secret.NewStore()
			s.env.Secrets.Put(command.Passphrase, secret.New([]byte(plantest.Passphrase)))
		},
		"a program is missing": func(s *stage) { s.tools.Lack("nixos-install") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, true)
			spoil(s)
			before := plantest.Digest(t, s.image)
			result, err := s.runner.Run(t.Context(), s.env)
			if err == nil || result.State != step.Untouched {
				t.Errorf("%s: %v", result.State, err)
			}
			if name != "the table changed meanwhile" && plantest.Digest(t, s.image) != before {
				t.Error("something was written")
			}
			for _, c := range s.tools.Calls() {
				if slices.Contains(makers, c.Name) && !strings.HasPrefix(c.Args[len(c.Args)-1], "/dev/zram") || c.Name == "mount" {
					t.Errorf("ran %s", c.Shell())
				}
			}
		})
	}
}
