package verify_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine/layout"
	"lethe/engine/secret"
	"lethe/engine/verify"
)

// rootsOwn are the checks of things that must belong to root; for an ordinary user's tree they fail.
var rootsOwn = []string{"mount of /", "folder of the passwords", "password of ada"}

// unexpected are the failures that the user who runs the tests does not explain.
func unexpected(r verify.Report) []string {
	return slices.DeleteFunc(failures(r), func(name string) bool { return os.Getuid() != 0 && slices.Contains(rootsOwn, name) })
}

// line is one check of a report.
func line(t *testing.T, r verify.Report, name string) verify.Check {
	t.Helper()
	i := slices.IndexFunc(r.Checks, func(c verify.Check) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("there is no check %q: %+v", name, r)
	}
	return r.Checks[i]
}

func TestInstalledSystemsPass(t *testing.T) {
	for _, v := range []variant{{512, false}, {512, true}} {
		t.Run(v.String(), func(t *testing.T) {
			s := install(t, v)
			s.tools.lacks = ""
			report := s.check(t, t.Context())
			if got := unexpected(report); len(got) != 0 {
				t.Errorf("%v: %+v", got, report)
			}
			if n := report.Count(verify.NotRehearsed); n != 0 {
				t.Errorf("%d checks not rehearsed: %+v", n, report)
			}
			for _, c := range report.Checks {
				if c.Detail == "" || c.By == "" || strings.Contains(c.Detail, "$y$") || strings.Contains(c.Detail, typedByAda) {
					t.Errorf("a check is not fit to show: %+v", c)
				}
				if strings.Contains(c.Name, "clean") {
					t.Errorf("a mounted file system was checked: %+v", c)
				}
			}
			if os.Getuid() != 0 {
				for _, name := range rootsOwn {
					if c := line(t, report, name); c.Status != verify.Failed || !strings.Contains(c.Detail, "instead of 0:0") {
						t.Errorf("%+v", c)
					}
				}
			}
		})
	}
}

func TestUnmountedFileSystemsAreCheckedWhole(t *testing.T) {
	for _, v := range []variant{{512, false}, {512, true}} {
		s := install(t, v)
		in := s.input(t)
		checks := verify.Clean(t.Context(), in)
		if len(checks) != 2 || checks[0].Name != espClean || checks[1].Name != nixClean || !(verify.Report{Checks: checks}).OK() {
			t.Errorf("%s: %+v", v, checks)
		}
		nixPart := s.parts[layout.Nix]
		if v.encrypt {
			nixPart = s.inside
		}
		for i, part := range []string{s.parts[layout.ESP], nixPart} {
			broken := filepath.Join(t.TempDir(), "part")
			copyFile(t, part, broken)
			damage := func(at int64, text string) {
				f, err := os.OpenFile(broken, os.O_WRONLY, 0)
				if err == nil {
					_, err = f.WriteAt([]byte(text), at)
				}
				if err := errors.Join(err, f.Close()); err != nil {
					t.Fatal(err)
				}
			}
			damage([]int64{32*512 + 12, 4096}[i], strings.Repeat("\x05\x00\x00\x00", 64))
			other := in
			other.Target = device{nil, map[layout.Role]string{layout.ESP: s.parts[layout.ESP], layout.Nix: s.parts[layout.Nix]}}
			other.Target.(device).parts[[]layout.Role{layout.ESP, layout.Nix}[i]] = broken
			redirected := s.tools
			if i == 1 {
				redirected.inside = broken
			}
			other.Tools = redirected
			checks := verify.Clean(t.Context(), other)
			got := failures(verify.Report{Checks: checks})
			if want := []string{[]string{espClean, nixClean}[i]}; !slices.Equal(got, want) || !checks[i].Damaged || checks[1-i].Damaged {
				t.Errorf("%s: %v instead of %v, %+v", v, got, want, checks)
			}
			gone := broken + ".gone"
			other.Target.(device).parts[[]layout.Role{layout.ESP, layout.Nix}[i]] = gone
			if i == 1 {
				redirected.inside = gone
			}
			other.Tools = redirected
			if c := verify.Clean(t.Context(), other)[i]; c.Status != verify.Failed || c.Damaged {
				t.Errorf("%s: what cannot be opened is called damaged: %+v", v, c)
			}
		}
	}
}

func TestCancelledVerificationOfASystemPassesNothing(t *testing.T) {
	s := install(t, variant{512, false})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the user said stop"))
	report := s.check(t, ctx)
	if report.Count(verify.Failed) != len(report.Checks) {
		t.Errorf("%+v", report)
	}
	for _, c := range report.Checks {
		if !strings.Contains(c.Detail, "the user said stop") {
			t.Errorf("the cause is lost: %+v", c)
		}
	}
}

func TestNothingIsWritten(t *testing.T) {
	s := install(t, variant{512, true})
	before := snapshot(t, filepath.Dir(s.root))
	s.check(t, t.Context())
	verify.Clean(t.Context(), s.input(t))
	if after := snapshot(t, filepath.Dir(s.root)); before != after {
		t.Errorf("the tree changed from\n%s\nto\n%s", before, after)
	}
}

// snapshot lists a tree with modes, sizes and times of change.
func snapshot(t *testing.T, folder string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintln(&b, path, info.Mode(), info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPasswordThatNobodyTyped(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a password file must be root's, and only root can make one")
	}
	s := install(t, variant{512, false})
	s.mounted.Users = append(s.mounted.Users, verify.User{Name: "eve"})
	s.write(t, "nix/persist/passwords/eve", "$y$j75$whatever")
	s.chmod(t, "nix/persist/passwords/eve", 0o600)
	report := s.check(t, t.Context())
	if c := line(t, report, "password of eve"); !report.OK() || c.Status != verify.NotRehearsed || !strings.Contains(c.Detail, "none was given") {
		t.Errorf("%+v", c)
	}
	s.mounted.Users[0].Password = secret.New([]byte(typedByAda + " "))
	if got := failures(s.check(t, t.Context())); !slices.Equal(got, []string{"password of ada"}) {
		t.Errorf("%v", got)
	}
}
