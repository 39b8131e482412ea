package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan/plantest"
	"lethe/engine/step"
)

// stopped is a session whose first run failed in nixos-install.
func stopped(t *testing.T) *session {
	t.Helper()
	s := begin(t, true)
	if _, err := s.play("install", "fails after its work"); err == nil {
		t.Fatal("it did not go wrong")
	}
	return s
}

func TestOnlyItsOwnDiskIsContinuedOn(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(d *device.Disk)
		says  string
	}{
		"another serial":        {func(d *device.Disk) { d.Serial = "P2" }, "serial: was P1, is P2"},
		"no serial":             {func(d *device.Disk) { d.Serial = "" }, "serial: was P1, is absent"},
		"another size":          {func(d *device.Disk) { d.Bytes += 512 }, "size in bytes"},
		"another sector size":   {func(d *device.Disk) { d.Logical = 4096 }, "sector size: was 512, is 4096"},
		"another kind":          {func(d *device.Disk) { d.Kind = device.KindImage }, "kind: was disk, is image"},
		"no table":              {func(d *device.Disk) { d.Table = device.Table{Kind: device.TableNone}; d.Partitions = nil }, "partition table: was gpt, is none"},
		"a damaged table":       {func(d *device.Disk) { d.Table.Kind = device.TableDamaged }, "is damaged"},
		"another disk GUID":     {func(d *device.Disk) { d.Table.GUID = "11111111-2222-4333-8444-555555555555" }, "disk GUID"},
		"another PARTUUID":      {func(d *device.Disk) { d.Partitions[0].PartUUID = "11111111-2222-4333-8444-555555555555" }, "PARTUUID of partition 1"},
		"another type":          {func(d *device.Disk) { d.Partitions[2].Type = "0fc63daf-8483-4772-8e79-3d69d8477de4" }, "type of partition 3"},
		"moved":                 {func(d *device.Disk) { d.Partitions[1].Start += 512 }, "first byte of partition 2"},
		"grown":                 {func(d *device.Disk) { d.Partitions[2].Size += 512 }, "size of partition 3"},
		"one more":              {func(d *device.Disk) { d.Partitions = append(d.Partitions, device.Partition{Number: 4}) }, "number of partitions: was 3, is 4"},
		"one less":              {func(d *device.Disk) { d.Partitions = d.Partitions[:2] }, "partition 3: it is not there"},
		"another container":     {func(d *device.Disk) { d.Partitions[2].Content.UUID = "11111111-2222-4333-8444-555555555555" }, "LUKS UUID of partition 3"},
		"no container":          {func(d *device.Disk) { d.Partitions[2].Content = device.Content{} }, "content of partition 3: was crypto_LUKS, is absent"},
		"the ESP was formatted": {func(d *device.Disk) { d.Partitions[0].Content.UUID = "1234-5678" }, "UUID of partition 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stopped(t)
			good := s.look(false)
			p, err := s.recall(good, plantest.Passphrase)
			if err != nil {
				t.Fatal(err)
			}
			bad := s.look(false)
			row.spoil(&bad)
			if err := step.SameDisk(p, bad); err == nil || !strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), "begun was /dev/played") {
				t.Errorf("told to be the same disk: %v", err)
			}
			s.goOn(p, bad)
			since := len(s.tools.Calls())
			s.runner.For = s.doer
			result, err := s.runner.Run(t.Context(), s.env)
			if err == nil || result.State != step.Untouched || !strings.Contains(result.Next, "lethe-engine continue") {
				t.Errorf("%s: %v", result.State, err)
			}
			_ = s.journal.Close()
			s.checkContinued(since, result, err)
			s.onlyLooked(since)
			if q, err := s.recall(bad, plantest.Passphrase); err == nil && step.SameDisk(q, good) == nil {
				t.Error("it was recalled for the wrong disk")
			}
		})
	}
}

func TestTheSameDiskUnderOtherNames(t *testing.T) {
	s := stopped(t)
	p, err := s.recall(s.look(false), plantest.Passphrase)
	if err != nil {
		t.Fatal(err)
	}
	other := s.look(true)
	other.TableHash, other.Model, other.ByID = "00", "a bridge's own model", nil
	if err := step.SameDisk(p, other); err != nil {
		t.Error(err)
	}
	other.Release = []device.Release{{Kind: "crypt", Name: "crypted", Says: "opened container crypted"}}
	if err := step.SameDisk(p, other); err == nil || !strings.Contains(err.Error(), "opened container crypted is in use; close it") {
		t.Errorf("in use: %v", err)
	}
}

func TestWhatIsInTheWayOfContinuing(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(s *session)
		says  string
	}{
		"somebody uses the disk":   {func(s *session) { s.disk.busy = true }, "another Lethe is working on it"},
		"something is at the root": {func(s *session) { s.machine.mounts = append(s.machine.mounts, "/mnt") }, "something is mounted at /mnt"},
		"the mapping is taken":     {func(s *session) { s.machine.mappers["crypted"] = true }, "belongs to another disk"},
		"it is another descriptor": {func(s *session) { s.disk.facts.Number = "259:8" }, "another disk took its name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stopped(t)
			p, err := s.recall(s.look(false), "")
			if err != nil {
				t.Fatal(err)
			}
			s.goOn(p, s.look(false))
			row.spoil(s)
			s.runner.For = s.doer
			result, err := s.runner.Run(t.Context(), s.env)
			if err == nil || result.State != step.Untouched || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s: %v", result.State, err)
			}
			_ = s.journal.Close()
		})
	}
}

// TestACopyOfTheDiskIsNotWrittenTo continues beside a copy of the disk, which has the same PARTUUIDs: a link may lead to it.
func TestACopyOfTheDiskIsNotWrittenTo(t *testing.T) {
	for _, role := range []layout.Role{layout.ESP, layout.Nix} {
		for _, encrypt := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/encrypt=%v", role, encrypt), func(t *testing.T) {
				t.Parallel()
				s := begin(t, encrypt)
				if _, err := s.play("install", "fails after its work"); err == nil {
					t.Fatal("it did not go wrong")
				}
				s.reboot()
				p, err := s.recall(s.look(true), plantest.Passphrase)
				if err != nil {
					t.Fatal(err)
				}
				s.goOn(p, s.look(true))
				s.disk.copied = role
				since := len(s.tools.Calls())
				s.runner.For = s.doer
				result, err := s.runner.Run(t.Context(), s.env)
				if !errors.Is(err, errCopied) || result.State != step.Untouched || !strings.Contains(result.Next, "lethe-engine continue") {
					t.Errorf("%s, %s: %v", result.State, result.Next, err)
				}
				_ = s.journal.Close()
				s.checkContinued(since, result, err)
				for _, c := range s.tools.Calls()[since:] {
					if slices.Contains([]string{"fsck.vfat", "mount", "nixos-install"}, c.Name) {
						t.Errorf("ran %s", c.Shell())
					}
				}
				s.goOn(p, s.look(true)) // the copy was unplugged
				result, err = s.runner.Run(t.Context(), s.env)
				if closed := s.journal.Close(); err != nil || closed != nil || result.State != step.Complete {
					t.Errorf("%s: %v, %v", result.State, err, closed)
				}
			})
		}
	}
}

// TestWhatWasReviewedIsWhatIsInstalled changes what the first run wrote.
func TestWhatWasReviewedIsWhatIsInstalled(t *testing.T) {
	const repo, password = "/mnt/etc/nixos/", "/mnt/nix/persist/passwords/ada"
	change := func(path, text string) func(string) error {
		return func(root string) error { return os.WriteFile(root+path, []byte(text), 0o600) }
	}
	for name, row := range map[string]struct {
		spoil func(root string) error
		says  string
	}{
		"another flake": {change(repo+"flake.nix", "{ }"), "flake.nix is not as it was reviewed"},
		"an empty file": {change(repo+"disks.nix", ""), "disks.nix is not as it was reviewed"},
		"one more file": {func(root string) error { // with git only what is in its index counts, for Nix as well
			return errors.Join(os.RemoveAll(root+repo+".git"), change(repo+"backdoor.nix", "{ }")(root))
		}, "it holds files that were not reviewed"},
		"a file is gone":    {func(root string) error { return os.Remove(root + repo + "flake.nix") }, "flake.nix"},
		"all of it is gone": {func(root string) error { return os.RemoveAll(root + repo) }, "it has no flake.nix"},
		"no lock":           {func(root string) error { return os.Remove(root + repo + "flake.lock") }, "flake.lock"},
		"a lock for others": {change(repo+"flake.lock", strings.Replace(playedLock, `"repo":"nixpkgs"`, `"repo":"evil"`, 1)), "input nixpkgs is from"},
		"no password":       {func(root string) error { return os.Remove(root + password) }, "the password of ada"},
		"an empty password": {change(password, ""), "no yescrypt hash"},
		"half a hash":       {change(password, "$y$j9T$abc"), "its hash is cut short"},
		"a plain password":  {change(password, "secret"), "no yescrypt hash"},
		"readable by all":   {func(root string) error { return os.Chmod(root+password, 0o644) }, "its mode is 0644"},
		"a link": {func(root string) error {
			return errors.Join(os.Rename(root+password, root+password+"2"), os.Symlink("ada2", root+password))
		}, "no regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stopped(t)
			if err := row.spoil(s.machine.root); err != nil {
				t.Fatal(err)
			}
			p, err := s.recall(s.look(false), "")
			if err != nil {
				t.Fatal(err)
			}
			s.goOn(p, s.look(false))
			since := len(s.tools.Calls())
			s.runner.For = s.doer
			result, err := s.runner.Run(t.Context(), s.env)
			if err == nil || result.State != step.Incomplete || !strings.Contains(err.Error(), row.says) || !strings.Contains(result.Next, "start over") {
				t.Errorf("%s: %v", result.State, err)
			}
			_ = s.journal.Close()
			s.checkContinued(since, result, err)
			if slices.ContainsFunc(s.tools.Calls()[since:], func(c command.Command) bool { return c.Name == "nixos-install" }) {
				t.Error("it was installed all the same")
			}
		})
	}
}

func TestThePlanOfAnotherDisk(t *testing.T) {
	s := stopped(t)
	s.reboot()
	d := s.look(true)
	d.Partitions[0].PartUUID = "11111111-2222-4333-8444-555555555555"
	if _, err := s.recall(d, plantest.Passphrase); err == nil || !strings.Contains(err.Error(), "PARTUUID of partition 1") {
		t.Errorf("got %v", err)
	}
}

func TestThePassphraseOpensWhatIsContinued(t *testing.T) {
	s := stopped(t)
	s.reboot()
	for passphrase, says := range map[string]string{"": "the passphrase was not given", "wrong-one": "wrong passphrase"} {
		if _, err := s.recall(s.look(true), passphrase); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", passphrase, err)
		}
	}
	d := s.look(true)
	d.Verdict = device.Verdict{State: device.Refused, Reason: "it is mounted at /home"}
	if _, err := s.recall(d, plantest.Passphrase); err == nil || !strings.Contains(err.Error(), "mounted at /home") {
		t.Errorf("a disk in use: %v", err)
	}
	p, err := s.recall(s.look(true), plantest.Passphrase)
	if err != nil {
		t.Fatal(err)
	}
	s.goOn(p, s.look(true))
	s.env.Secrets.Wipe()
	s.runner.For = s.doer
	if result, err := s.runner.Run(context.Background(), s.env); err == nil || result.State != step.Untouched {
		t.Errorf("without the passphrase: %s, %v", result.State, err)
	}
	_ = s.journal.Close()
}
