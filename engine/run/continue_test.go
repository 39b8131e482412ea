package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// session is a live session that a disk is installed from, again and again: the first run on a stage, then those that continue.
type session struct {
	*stage
	t       *testing.T
	first   plan.Plan
	journal *run.Journal
	keeper  run.Keeper
	synced  atomic.Int64 // of the journal on the disk, bytes that were there when it was written out last
}

var errKilled = errors.New("killed")

// begin prepares the first run. Journal and plan are kept as the root side keeps them.
func begin(t *testing.T, encrypt bool) *session {
	t.Helper()
	s := &session{stage: newStage(t, encrypt), t: t}
	s.first = s.env.Plan
	if err := os.MkdirAll(s.machine.root+plan.Root+"/nix", 0o755); err != nil { // the file system, empty
		t.Fatal(err)
	}
	s.tools.On(s.mountPlayed, "mount").On(s.unmountPlayed, "umount").On(s.cryptsetup, "cryptsetup")
	s.keep()
	return s
}

// run is the folder of the running installation.
func (s *session) run() string { return s.machine.root + plan.RunDir }

// keep opens the journal of the next run.
func (s *session) keep() {
	s.t.Helper()
	text, err := s.env.Plan.JSON()
	if err = errors.Join(err, os.MkdirAll(s.run(), 0o700)); err != nil {
		s.t.Fatal(err)
	}
	folder, err := os.OpenRoot(s.run())
	if err != nil {
		s.t.Fatal(err)
	}
	defer folder.Close()
	if err := errors.Join(run.Rotate(folder, run.JournalFile, 2), folder.WriteFile(run.PlanFile, text, 0o600)); err != nil {
		s.t.Fatal(err)
	}
	if s.journal, err = run.OpenJournal(filepath.Join(s.run(), run.JournalFile)); err != nil {
		s.t.Fatal(err)
	}
	s.keeper = run.Keeper{Journal: s.journal, Plan: s.env.Plan, Nix: s.machine.root + plan.Root + "/nix", Sync: s.sync}
	s.runner.Sink, s.runner.For = event.Tee(s.journal, s.seen), s.doer
}

// doer is that of the stage, with what is kept on the disk.
func (s *session) doer(p plan.Step) (step.Doer, error) { return s.keeper.For(s.stage.doer)(p) }

// meddle replaces the Do of one step.
func (s *session) meddle(id string, do func(ctx context.Context, e *step.Env, real step.Doer) error) {
	s.stage.meddle(id, do)
	s.runner.For = s.keeper.For(s.runner.For)
}

// play runs, and lets a step go wrong in a way; a killed run leaves everything as it is.
func (s *session) play(at, how string) (result run.Result, err error) {
	s.t.Helper()
	ctx, cancel := context.WithCancelCause(s.t.Context())
	defer cancel(nil)
	s.meddle(at, func(ctx context.Context, e *step.Env, real step.Doer) error {
		switch how {
		case "fails after its work":
			return errors.Join(real.Do(ctx, e), errBroken)
		case "is cancelled":
			err := real.Do(ctx, e)
			cancel(errStopped)
			return errors.Join(err, errStopped)
		case "is killed", "is killed after its work":
			if how == "is killed after its work" {
				err = real.Do(ctx, e)
			}
			panic(errKilled)
		}
		return errBroken
	})
	defer func() {
		if r := recover(); r != nil {
			s.disk.held = 0
			err = errKilled
		}
		_ = s.journal.EndCopy(context.Background()) // the kernel does so to a process that is gone
		if closed := s.journal.Close(); closed != nil {
			s.t.Error(closed)
		}
	}()
	return s.runner.Run(ctx, s.env)
}

// reboot forgets what is not on the disk.
func (s *session) reboot() {
	s.machine.mounts, s.machine.mappers, s.machine.zram = []string{foreignMount}, map[string]bool{foreignMapper: true}, nil
	if err := errors.Join(os.RemoveAll(s.run()), os.MkdirAll(s.run(), 0o700), os.RemoveAll(s.record)); err != nil {
		s.t.Fatal(err)
	}
}

// look is what root reads of the disk that the first run prepared; after a reboot it goes by other names.
func (s *session) look(rebooted bool) device.Disk {
	l := s.first.Layout
	d := device.Disk{
		Identity: s.first.Target, Grade: device.Confirmed, Name: "played", Number: "259:7", Transport: "nvme", Topology: l.Topology,
		Table: device.Table{Kind: device.TableGPT, GUID: l.DiskGUID}, Verdict: device.Verdict{State: device.Eligible},
	}
	d.TableHash = strings.Repeat("ab", 32)
	if rebooted {
		d.Path, d.Name, d.Number, d.DiskSeq, d.ByPath = "/dev/other", "other", "259:9", 3, []string{"elsewhere"}
	}
	for _, p := range l.Partitions {
		content := device.Content{Type: p.Filesystem, Label: p.Label, UUID: p.UUID}
		if p.Role == layout.Nix && l.LUKS != nil {
			content = device.Content{Type: "crypto_LUKS", UUID: l.LUKS.UUID}
		}
		d.Partitions = append(d.Partitions, device.Partition{
			Number: p.Number, Name: fmt.Sprintf("%s%d", d.Name, p.Number), Start: l.SectorSize.Of(p.First), Size: l.SectorSize.Of(p.Sectors()),
			Type: p.Type, PartUUID: p.PartUUID, Label: p.Name, Content: content,
		})
	}
	return d
}

// recall looks for what can be continued.
func (s *session) recall(d device.Disk, passphrase string) (plan.Plan, error) {
	r := run.Recollection{Machine: s.newMachine(), Folder: s.run(), Disk: d, Memory: 2 * quantity.GiB}
	if _, err := r.Machine.ReleaseLeftovers(s.t.Context()); err != nil {
		s.t.Error(err)
	}
	if passphrase != "" {
		r.Passphrase = secret.New([]byte(passphrase))
		defer r.Passphrase.Wipe()
	}
	p, err := r.Plan(s.t.Context())
	if !s.machine.clean() {
		s.t.Errorf("after a look there is mounted %v, opened %v", s.machine.mounts, s.machine.mappers)
	}
	return p, err
}

// newMachine is what a new process knows of the machine.
func (s *session) newMachine() *step.Machine {
	return &step.Machine{Chroot: s.machine.root, Tools: s.tools, Record: s.record, Mounts: s.machine.below, Opened: s.machine.opened, Active: s.machine.active}
}

// goOn prepares the run of a plan that continues.
func (s *session) goOn(p plan.Plan, d device.Disk) {
	s.t.Helper()
	file, err := os.OpenFile(s.image, os.O_RDWR, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.disk = &disk{file: file, facts: target.Facts{Number: d.Number, Bytes: d.Bytes, Logical: 512, DiskSeq: d.DiskSeq}}
	s.seen = &event.Recorder{}
	secrets := secret.NewStore()
	secrets.Put(command.Passphrase, secret.New([]byte(plantest.Passphrase)))
	s.env = &step.Env{
		Plan: p, Tools: s.tools, Machine: s.newMachine(), Secrets: secrets, Now: time.Now,
		Open:     func(plan.Plan) (target.Target, error) { s.disk.held++; return s.disk, nil },
		Identify: func(context.Context, plan.Plan) (device.Disk, error) { return d, nil },
	}
	s.before = plantest.Digest(s.t, s.image)
	s.keep()
}

// mountPlayed shows the nix file system where a disk is looked into.
func (s *session) mountPlayed(_ context.Context, call tool.Call) (tool.Result, error) {
	s.machine.mu.Lock()
	defer s.machine.mu.Unlock()
	at := call.Command.Args[len(call.Command.Args)-1]
	if at == plan.Look {
		if !strings.Contains(strings.Join(call.Command.Args, " "), "-o ro,noload,") {
			return tool.Result{}, fmt.Errorf("looked into a disk with %v", call.Command.Args)
		}
		if err := errors.Join(os.Remove(s.machine.root+at), os.Symlink(s.machine.root+plan.Root+"/nix", s.machine.root+at)); err != nil {
			return tool.Result{}, err
		}
	}
	s.machine.mounts = append(s.machine.mounts, at)
	return tool.Result{}, nil
}

func (s *session) unmountPlayed(ctx context.Context, call tool.Call) (tool.Result, error) {
	if at := call.Command.Args[0]; at == plan.Look {
		if err := errors.Join(os.Remove(s.machine.root+at), os.Mkdir(s.machine.root+at, 0o700)); err != nil {
			return tool.Result{}, err
		}
	}
	return s.machine.unmount(ctx, call)
}

// cryptsetup knows one passphrase.
func (s *session) cryptsetup(_ context.Context, call tool.Call) (tool.Result, error) {
	s.machine.mu.Lock()
	defer s.machine.mu.Unlock()
	switch name := call.Command.Args[len(call.Command.Args)-1]; call.Command.Args[0] {
	case "open":
		if call.Secret == nil || string(call.Secret.Bytes()) != plantest.Passphrase {
			return tool.Result{}, &tool.Error{Command: call.Command, Exit: 2, Cause: tool.ErrPassphrase}
		}
		s.machine.mappers[name] = true
	case "close":
		delete(s.machine.mappers, name)
	}
	return tool.Result{}, nil
}

// onlyLooked fails when something was run since that changes a disk.
func (s *session) onlyLooked(since int) {
	s.t.Helper()
	for _, c := range s.tools.Calls()[since:] {
		args := strings.Join(c.Args, " ")
		switch {
		case c.Name == "umount", c.Name == "udevadm", c.Name == "cryptsetup" && (strings.HasPrefix(args, "close ") || strings.Contains(args, "--readonly")):
		case c.Name == "mount" && strings.Contains(args, "ro,noload"), c.Name == "zramctl", c.Name == "swapoff":
		default:
			s.t.Errorf("only looking, it ran %s", c.Shell())
		}
	}
}

// checkContinued looks at everything that must be true after a run that continued.
func (s *session) checkContinued(since int, result run.Result, err error) {
	s.t.Helper()
	wellFormed(s.t, s.env.Plan, s.seen.Events(), result, err)
	if !s.machine.clean() || s.disk.held != 0 {
		s.t.Errorf("still mounted %v, opened %v, swap in memory %v, held %d", s.machine.mounts, s.machine.mappers, s.machine.zram, s.disk.held)
	}
	if _, err := os.Lstat(s.record); !errors.Is(err, os.ErrNotExist) {
		s.t.Errorf("the record of what is held is still there: %v", err)
	}
	if plantest.Digest(s.t, s.image) != s.before {
		s.t.Error("something was written to the disk past its file systems")
	}
	for _, c := range s.tools.Calls()[since:] {
		if slices.Contains([]string{"mkfs.fat", "mkfs.ext4", "vgchange"}, c.Name) || c.Name == "cryptsetup" && c.Args[0] == "luksFormat" ||
			c.Name == "mkswap" && !strings.HasPrefix(c.Args[len(c.Args)-1], "/dev/zram") {
			s.t.Errorf("ran %s", c.Shell())
		}
	}
}

// ways in which the run stops.
var ways = []string{"fails", "fails after its work", "is cancelled", "is killed", "is killed after its work"}

func TestContinueAfterEveryFailure(t *testing.T) {
	for _, encrypt := range []bool{true, false} {
		for _, at := range []string{"install", "handover", "verify", "close"} {
			for _, how := range ways {
				if !encrypt && how != "fails" && how != "is killed" { // what encryption changes shows in these
					continue
				}
				for _, rebooted := range []bool{false, true} {
					t.Run(fmt.Sprintf("encrypt=%v/%s/%s/rebooted=%v", encrypt, at, how, rebooted), func(t *testing.T) {
						t.Parallel()
						s := begin(t, encrypt)
						result, err := s.play(at, how)
						if err == nil {
							t.Fatal("it did not go wrong")
						}
						if !errors.Is(err, errKilled) {
							if want := step.Prepared; result.State != want && !(at == "close" && result.State == step.Complete) && !(at == "install" && how == "fails") {
								t.Errorf("the disk is %s", result.State)
							}
							s.seenNothingSecret()
						}
						s.continueToTheEnd(at, encrypt, rebooted)
					})
				}
			}
		}
	}
}

// continueToTheEnd recalls and continues. After a restart, an installation of which only the letting go was left is over.
func (s *session) continueToTheEnd(at string, encrypt, rebooted bool) {
	t := s.t
	if rebooted {
		s.reboot()
	}
	d, since := s.look(rebooted), len(s.tools.Calls())
	passphrase := ""
	if encrypt {
		passphrase = plantest.Passphrase
	}
	p, err := s.recall(d, passphrase)
	s.onlyLooked(since)
	if rebooted && at == "close" {
		if err == nil || !strings.Contains(err.Error(), "came to its end") {
			t.Errorf("got %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !p.Continues || p.Target.Path != d.Path || p.Target.DiskSeq != d.DiskSeq || p.Memory != 2*quantity.GiB || len(p.Erase) > 0 || p.Configuration.Hash != s.first.Configuration.Hash {
		t.Errorf("the plan is for %s, continues %v, erases %v", p.Target.Path, p.Continues, p.Erase)
	}
	s.goOn(p, d)
	s.runner.For = s.doer
	result, err := s.runner.Run(t.Context(), s.env)
	if closed := s.journal.Close(); err != nil || closed != nil || result.State != step.Complete {
		t.Fatalf("%s: %v, %v", result.State, err, closed)
	}
	s.checkContinued(since, result, err)
	_, err = s.recall(d, passphrase)
	if err == nil || !strings.Contains(err.Error(), "came to its end") {
		t.Errorf("once it is done: %v", err)
	}
	s.reboot()
	_, err = s.recall(s.look(true), passphrase)
	if err == nil || !strings.Contains(err.Error(), "came to its end") {
		t.Errorf("once it is done, after a restart: %v", err)
	}
	if older, err := filepath.Glob(s.machine.root + plan.Root + "/nix/" + plan.Memo + "/journal.*.jsonl"); err != nil || len(older) != 1 {
		t.Errorf("of the first run's journal there are %v, %v", older, err)
	}
}

func TestNothingToContinueBeforeNixosInstall(t *testing.T) {
	for _, at := range []string{"check", "release", "wipe", "partition", "encrypt", "open", "format-nix", "mount", "configure", "passwords"} {
		for _, how := range []string{"fails after its work", "is killed"} {
			for _, rebooted := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/rebooted=%v", at, how, rebooted), func(t *testing.T) {
					t.Parallel()
					s := begin(t, true)
					if _, err := s.play(at, how); err == nil {
						t.Fatal("it did not go wrong")
					}
					if rebooted {
						s.reboot()
					}
					p, err := s.recall(s.look(rebooted), plantest.Passphrase)
					if err == nil || !strings.Contains(err.Error(), "start over") {
						t.Errorf("%v, %v", p.Steps, err)
					}
				})
			}
		}
	}
}

// TestContinueTwice lets the run that continues go wrong too.
func TestContinueTwice(t *testing.T) {
	for _, row := range []struct{ at, how string }{
		{"check", "fails"}, {"open", "fails"}, {"mount", "fails after its work"}, {"install", "is killed"}, {"verify", "is cancelled"}, {"open", "is killed after its work"},
	} {
		for _, rebooted := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%s/rebooted=%v", row.at, row.how, rebooted), func(t *testing.T) {
				t.Parallel()
				s := begin(t, true)
				if _, err := s.play("install", "fails after its work"); err == nil {
					t.Fatal("it did not go wrong")
				}
				p, err := s.recall(s.look(false), "")
				if err != nil {
					t.Fatal(err)
				}
				s.goOn(p, s.look(false))
				result, err := s.play(row.at, row.how)
				if err == nil {
					t.Fatal("it did not go wrong")
				}
				want := step.Prepared
				if row.at == "check" || row.at == "open" {
					want = step.Untouched
				}
				if !errors.Is(err, errKilled) && (result.State != want || !strings.Contains(result.Next, "lethe-engine continue")) {
					t.Errorf("%s: %s", result.State, result.Next)
				}
				if rebooted {
					s.reboot()
				}
				d := s.look(rebooted)
				if p, err = s.recall(d, plantest.Passphrase); err != nil {
					t.Fatal(err)
				}
				s.goOn(p, d)
				s.runner.For = s.doer
				result, err = s.runner.Run(t.Context(), s.env)
				if closed := s.journal.Close(); err != nil || closed != nil || result.State != step.Complete {
					t.Fatalf("%s: %v, %v", result.State, err, closed)
				}
			})
		}
	}
}
