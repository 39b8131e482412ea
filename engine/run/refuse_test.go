package run_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool/tooltest"
)

// writeAt changes bytes of a file.
func writeAt(t *testing.T, path string, data []byte, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(data, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedBeforeAnythingIsWritten(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(t *testing.T, s *scene)
		want []string
	}{
		{"another file of the same content in its place", func(t *testing.T, s *scene) {
			other := oldImage(t)
			if err := os.Rename(other, s.image); err != nil {
				t.Fatal(err)
			}
		}, []string{"it is not the disk that was confirmed", "inode", "make a new plan"}},
		{"another table", func(t *testing.T, s *scene) {
			plantest.Run(t, command.WriteTable(s.image, "99999999-2222-4333-8444-555555555555", 512, true, 34, 25165790, nil))
		}, []string{"it is not the disk that was confirmed", "hash of the partition table"}},
		{"grown", func(t *testing.T, s *scene) {
			if err := os.Truncate(s.image, int64(plantest.Size)+1<<20); err != nil {
				t.Fatal(err)
			}
		}, []string{"disk.img"}},
		{"shrunk to nothing", func(t *testing.T, s *scene) {
			if err := os.Truncate(s.image, 0); err != nil {
				t.Fatal(err)
			}
		}, []string{"cannot identify", "0 bytes"}},
		{"gone", func(t *testing.T, s *scene) {
			if err := os.Remove(s.image); err != nil {
				t.Fatal(err)
			}
		}, []string{"cannot open image"}},
		{"a link in its place", func(t *testing.T, s *scene) {
			if err := errors.Join(os.Rename(s.image, s.image+".real"), os.Symlink(s.image+".real", s.image)); err != nil {
				t.Fatal(err)
			}
		}, []string{"cannot open image"}},
		{"a damaged table", func(t *testing.T, s *scene) {
			writeAt(t, s.image, []byte("XXXX"), 512+100) // within the checksummed header
			writeAt(t, s.image, []byte("XXXX"), 512+16)
		}, []string{"cannot write to"}},
		{"swapped between opening and looking", func(t *testing.T, s *scene) {
			open := s.env.Open
			s.env.Open = func(p plan.Plan) (target.Target, error) {
				err := errors.Join(os.Rename(s.image, s.image+".aside"), os.Rename(oldImage(t), s.image))
				held, openErr := open(p)
				return held, errors.Join(err, openErr, os.Rename(s.image+".aside", s.image))
			}
		}, []string{"another file took its place"}},
		{
			"programs are missing", func(_ *testing.T, s *scene) { s.tools.Lack("sgdisk", "mkfs.ext4", "unrelated") },
			[]string{"programs are missing: sgdisk, mkfs.ext4;", "install them"},
		},
		{"another engine holds it", func(t *testing.T, s *scene) {
			held, err := target.OpenImage(s.image, 512)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = held.Release() }) // released in the test
			s.holder = held
		}, []string{"another Lethe is working on it"}},
		{"a preview", func(_ *testing.T, s *scene) { s.env.Plan.Grade = device.Shown }, []string{"only a preview"}},
		{"a refused disk", func(_ *testing.T, s *scene) {
			s.env.Plan.Verdict = device.Verdict{State: device.Refused, Reason: "It is mounted."}
		}, []string{"It is mounted."}},
		{"a plan whose steps were changed", func(_ *testing.T, s *scene) { s.env.Plan.Steps[1].Erases = false }, []string{"not the ones that its layout needs"}},
		{"a disk that cannot be read", func(_ *testing.T, s *scene) { s.tools.On(tooltest.Fails(4, "I/O error"), "blkid") }, []string{"refused", "cannot be read"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newScene(t, oldImage(t), false)
			row.do(t, s)
			before, statErr := os.Stat(s.image)
			digest := [32]byte{}
			if statErr == nil {
				digest = plantest.Digest(t, s.image)
			}
			result, err := s.runner.Run(t.Context(), s.env)
			if err == nil || result.State != step.Untouched || result.Cancelled {
				t.Fatalf("%s: %v", result.State, err)
			}
			wellFormed(t, s.env.Plan, s.seen.Events(), result, err)
			for _, want := range row.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is missing in: %v", want, err)
				}
			}
			if after, statErr := os.Stat(s.image); statErr == nil && (plantest.Digest(t, s.image) != digest || after.Size() != before.Size()) {
				t.Error("the image was changed")
			}
			if s.holder != nil {
				if err := s.holder.Release(); err != nil {
					t.Error(err)
				}
			}
			if err := target.Free(s.image); err != nil && !errors.Is(err, os.ErrNotExist) && row.name != "a link in its place" {
				t.Errorf("the target is still held: %v", err)
			}
		})
	}
}

func TestSecretsAreCheckedFirst(t *testing.T) {
	for want, text := range map[string][]byte{
		"the passphrase was not given": nil, "it is empty": {}, "513 bytes": []byte(strings.Repeat("x", 513)), "control character": []byte("abc\n"),
	} {
		s := newScene(t, oldImage(t), true)
		s.env.Secrets = secret.NewStore()
		if text != nil {
			s.env.Secrets.Put(command.Passphrase, secret.New(text))
		}
		result, err := s.runner.Run(t.Context(), s.env)
		s.check(t, result, err)
		if err == nil || result.State != step.Untouched || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", result.State, err, want)
		}
	}
}
