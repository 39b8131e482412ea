package keep

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"lethe/engine/flake"
)

var testHomes = map[string]string{"ada": "/home/ada", "grace": "/home/grace", "root": "/root"}

// path draws a path that can be kept, some of them odd.
var pathGenerator = rapid.Custom(func(t *rapid.T) string {
	part := rapid.StringMatching(`[a-zA-Z0-9_.,:;@~#'"(){}\[\]|<>&^=+*!\x60 -]{0,8}[a-z]`)
	top := rapid.SampledFrom([]string{"/srv", "/var/lib", "/home/ada", "/home/grace/.config", "/root", "/opt"}).Draw(t, "top")
	return filepath.Join(top, part.Draw(t, "first"), part.Draw(t, "second"))
})

func drawEntry(t *rapid.T) Entry {
	p := people{homes: testHomes}
	e := Entry{Path: pathGenerator.Draw(t, "path"), File: rapid.Bool().Draw(t, "file")}
	e.Home, e.Base = p.homeOf(e.Path)
	e.Owner.Mode = rapid.SampledFrom([]string{"", "0700", "2770"}).Draw(t, "mode")
	e.Owner.User = rapid.SampledFrom([]string{"", "ada", "1234"}).Draw(t, "user")
	if e.File {
		e.Method = rapid.SampledFrom([]string{"", "symlink"}).Draw(t, "method")
	}
	return e
}

// TestKeepThenForgetRestoresTheFile is about bytes, for any list, in any order.
func TestKeepThenForgetRestoresTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := []byte(emptyList)
		states, paths := [][]byte{}, []string{}
		for range rapid.IntRange(1, 12).Draw(t, "entries") {
			e := drawEntry(t)
			c, err := Add(file, testHomes, e)
			if err != nil {
				if CheckPath(e.Path, e.File) == nil && len(paths) == 0 {
					t.Fatalf("%q was refused: %v", e.Path, err)
				}
				continue
			}
			if c.Before != string(file) || c.After == c.Before || c.Diff == "" {
				t.Fatalf("%+v", c)
			}
			l, err := Decode([]byte(c.After))
			if err != nil {
				t.Fatal(err)
			}
			if _, got, found := l.without(e.Path, testHomes); !found || !reflect.DeepEqual(got, e) {
				t.Fatalf("%+v became %+v", e, got)
			}
			states, paths = append(states, file), append(paths, e.Path)
			file = []byte(c.After)
		}
		for i := len(paths) - 1; i >= 0; i-- {
			c, err := Drop(file, testHomes, paths[i])
			if err != nil {
				t.Fatal(err)
			}
			if file = []byte(c.After); string(file) != string(states[i]) {
				t.Fatalf("without %q it is\n%s, and it was\n%s", paths[i], file, states[i])
			}
		}
	})
}

func TestOrderDoesNotMatter(t *testing.T) {
	a := Entry{Path: "/srv/a"}
	b := Entry{Path: "/home/ada/b", File: true, Home: "ada", Base: "/home/ada"}
	ab, err := Add([]byte(emptyList), testHomes, a, b)
	if err != nil {
		t.Fatal(err)
	}
	ba, err := Add([]byte(emptyList), testHomes, b, a)
	if err != nil || ab.After != ba.After {
		t.Errorf("%s, %s, %v", ab.After, ba.After, err)
	}
	none, err := Drop([]byte("{}"), testHomes, "/srv/none")
	if err != nil || !none.Empty() || none.Diff != "" {
		t.Errorf("%+v, %v", none, err)
	}
}

func TestDecodeRefusesWhatLetheDoesNotWrite(t *testing.T) {
	for _, bad := range []string{
		"", "null", "[]", "1", "{", "{} {}", `{"Directories":[]}`, `{"hideMounts":true}`, `{"directories":["/srv"]}`, `{"directories":[{"directory":"srv"}]}`,
		`{"directories":[{"directory":"/srv/../x"}]}`, `{"files":[{"file":"/x"},{"file":"/x"}]}`, `{"files":[{"file":"/x"}],"directories":[{"directory":"/x"}]}`,
		`{"users":{"ada":{"files":[{"file":"/abs"}]}}}`, `{"users":{"ada":{"files":[{"file":"../x"}]}}}`, `{"users":{"ada":{"Files":[]}}}`, `{"users":{"a/b":{}}}`,
		`{"users":{"":{}}}`, `{"directories":[{"directory":"/x","hideMount":true}]}`, "{\"directories\":[{\"directory\":\"/\xff\"}]}", `{"directories":[{"directory":"/\u0000"}]}`,
		`{"directories":[{"directory":""}]}`, strings.Repeat(" ", maxList+1), `{"users":null,"users":{"ada":{"files":[{"file":"."}]}}}`,
	} {
		if l, err := Decode([]byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "cannot read persist.json: ") {
			t.Errorf("%.60q was read as %+v, %v", bad, l, err)
		}
	}
}

func TestCheckPath(t *testing.T) {
	for _, good := range []string{"/srv/a b", `/srv/q"u'o`, "/srv/{x}", "/srv/a#b;c", "/srv/*[x]", "/srv/-rf", "/srv/...", "/var", "/home/ada", "/srv/~", "/var/lib/private/x", "/srv/.lethe2"} {
		for _, file := range []bool{true, false} {
			if err := CheckPath(good, file); err != nil {
				t.Error(err)
			}
		}
	}
	for bad, says := range map[string]string{
		"/srv/new\nline": "0x0a", "/srv/tab\t": "0x09", "/srv/\x7f": "0x7f", "/srv/ö": "beyond ASCII", "/srv/\xff": "beyond ASCII", "/srv/50%": "'%'", "/srv/a?": "'?'",
		`/srv/a\b`: `'\\'`, "/srv/a ": "ends in a blank", "/srv/.lethe-keep-x/y": "Lethe uses", "/.forgotten": "Lethe uses", "/nix": "boot", "/proc/1": "boot", "/usr": "whole",
	} {
		if err := CheckPath(bad, false); err == nil || !strings.Contains(err.Error(), says) || strings.ContainsAny(err.Error(), "\n\t\x7f") {
			t.Errorf("%q: %v, want %q", bad, err, says)
		}
	}
	if CheckPath("/srv/${x}", true) == nil {
		t.Error("a file whose name systemd would expand")
	}
	if err := CheckPath("/srv/${x}", false); err != nil {
		t.Error(err)
	}
}

// TestNixReadsTheList sends entries with odd names through real Nix, the persist.nix that Lethe generates, and back.
func TestNixReadsTheList(t *testing.T) {
	folder := t.TempDir()
	text, err := os.ReadFile("../../flake/testdata/golden/persist.nix/open-none-none-1.nix")
	if err != nil {
		t.Fatal(err)
	}
	var entries []Entry
	p := people{homes: testHomes}
	for i, name := range []string{"a b", `q"u'o`, "${x}", "$${y}", "''z", "{ }", "#no comment", "* no *", "-rf", "<nixpkgs>", "~", "else", "a;b", "x=y", "`x`"} {
		for _, top := range []string{"/srv/", "/home/ada/", "/root/"} {
			e := Entry{Path: top + name, Owner: Owner{Mode: "0700"}}
			e.Home, e.Base = p.homeOf(e.Path)
			if e.File = i%2 == 0 && !strings.Contains(name, "$"); e.File {
				e.Method = "symlink"
			}
			entries = append(entries, e)
		}
	}
	c, err := Add([]byte(emptyList), testHomes, entries...)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{flake.PersistFile: string(text), flake.AddedFile: c.After, "expression.nix": `
let
  lib = builtins // { importJSON = file: builtins.fromJSON (builtins.readFile file); };
  module = import ./persist.nix { inherit lib; config = { }; };
in
(builtins.head module.imports).environment.persistence."/nix/persist"
`} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command("nix-instantiate", "--eval", "--strict", "--json", filepath.Join(folder, "expression.nix"))
	run.Env = append(os.Environ(), "HOME="+folder, "NIX_STATE_DIR="+folder, "NIX_STORE_DIR="+folder+"/store", "NIX_CONF_DIR="+folder, "NIX_PATH=")
	var problem strings.Builder
	run.Stderr = &problem
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, problem.String())
	}
	var got, want any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(c.After), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what Nix reads (-file +Nix):\n%s", diff)
	}
	if !strings.Contains(string(text), Reads) {
		t.Errorf("the generated persist.nix does not have the line that users of older ones are told: %s", Reads)
	}
}

func TestOwners(t *testing.T) {
	p := people{users: map[uint32]string{}, groups: map[uint32]string{}, homes: map[string]string{}, primary: map[string]uint32{}}
	for _, line := range []string{"root:x:0:0::/root:/bin/sh", "ada:x:1000:100::/home/ada:/bin/sh", "foo:x:300:300::/var/lib/foo:/bin/sh", "odd:x:1001:100::/:/bin/sh", "bad:x", "bad:x:-1:0::/x:"} {
		p.addUser(strings.Split(line, ":"))
	}
	for _, line := range []string{"root:x:0:", "users:x:100:", "foo:x:300:", "bad"} {
		p.addGroup(strings.Split(line, ":"))
	}
	for _, c := range []struct {
		uid, gid, mode uint32
		home           string
		want           Owner
	}{
		{0, 0, 0o755, "", Owner{}},
		{300, 300, 0o750, "", Owner{"foo", "foo", "0750"}},
		{0, 0, 0o2755, "", Owner{Mode: "2755"}},
		{0, 0, 0, "", Owner{Mode: "0000"}},
		{1000, 100, 0o700, "ada", Owner{Mode: "0700"}},
		{0, 0, 0o755, "ada", Owner{User: "root", Group: "root"}},
		{5555, 6666, 0o755, "", Owner{User: "5555", Group: "6666"}},
		{61200, 61200, 0o755, "", Owner{}}, // lent to a service
	} {
		if got := p.ownerOf(&unix.Stat_t{Uid: c.uid, Gid: c.gid, Mode: c.mode | unix.S_IFDIR}, c.home); got != c.want {
			t.Errorf("%+v is %+v", c, got)
		}
	}
	for name, want := range map[string]string{"/home/ada/x": "ada", "/home/ada": "", "/home/adam/x": "", "/root/x": "root", "/var/lib/foo/x": "", "/x": ""} {
		if got, _ := p.homeOf(name); got != want {
			t.Errorf("%s is in the home of %q, want %q", name, got, want)
		}
	}
}

// FuzzDecode reads the data file as anybody could have written it: what is taken is written back without loss, and stays in the
// folders that it names.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		emptyList, "{}", "null", `{"directories":[{"directory":"/srv/a","user":"x","group":"y","mode":"0700"}],"files":[{"file":"/etc/x","method":"symlink","parentDirectory":{"mode":"0700"}}]}`,
		`{"users":{"ada":{"directories":[{"directory":"a b"}],"files":[]},"\u00e4":null}}`, `{"users":{"ada":{"files":[{"file":"../x"}]}}}`, `{"DIRECTORIES":[]}`, `{"directories":[{"directory":"/\ud800"}]}`,
		`{"directories":null,"directories":[{"directory":"/a"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Decode(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "cannot read ") || !reflect.DeepEqual(l, List{}) {
				t.Errorf("%+v, %v", l, err)
			}
			return
		}
		first, err := l.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(first)
		if err != nil {
			t.Fatalf("%s was written and is refused: %v", first, err)
		}
		second, err := again.Encode()
		if err != nil || string(first) != string(second) {
			t.Errorf("%s became %s, %v", first, second, err)
		}
		for _, e := range l.entries(testHomes) {
			if e.Path != filepath.Clean(e.Path) || e.Home != "" && !below(e.Path, testHomes[e.Home]) && e.Path != testHomes[e.Home] {
				t.Errorf("%q of %q", e.Path, e.Home)
			}
		}
		if _, err := Add(first, testHomes, Entry{Path: "/opt/fuzz/new"}); err == nil {
			return
		} else if !strings.Contains(err.Error(), "kept already") {
			t.Error(err)
		}
	})
}
