package flake_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/flake"
)

// FuzzNix sends texts through real Nix and back, as strings and as names, many at a time.
func FuzzNix(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed)
	}
	f.Add("\x00")
	f.Add("\xff")
	const batch = 256
	var texts []string
	flush := func(t testing.TB) {
		if len(texts) == 0 {
			return
		}
		var expression strings.Builder
		var want, got []string
		for _, s := range texts {
			literal, err := flake.String(s)
			name, nameErr := flake.AttrName(s)
			if err := errors.Join(err, nameErr); err != nil {
				t.Fatal(err)
			}
			expression.WriteString("[ " + literal + " \"\" ]\n(builtins.attrNames { " + name + ".\"\" = 1; } ++ builtins.attrNames { a." + name + ".b = 1; }.a)\n")
			want = append(want, s, "", s, s)
		}
		texts = texts[:0]
		evaluate(t, "builtins.concatLists [\n"+expression.String()+"]", &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round trip (-want +got):\n%s", diff)
		}
	}
	f.Cleanup(func() { flush(f) })
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := flake.String(text); err != nil {
			if !errors.Is(err, flake.ErrText) || utf8.ValidString(text) && !strings.ContainsFunc(text, control) {
				t.Errorf("%q is refused: %v", text, err)
			}
			return
		}
		if texts = append(texts, text); len(texts) == batch {
			flush(t)
		}
	})
}

func control(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// FuzzCheckLock wants no lock to pass that leaves an input without a hash or takes it from elsewhere.
func FuzzCheckLock(f *testing.F) {
	const good = `{"root":"root","version":7,"nodes":{"root":{"inputs":{"nixpkgs":"n","home-manager":"h","impermanence":"i"}},` +
		`"n":{"locked":{"narHash":"sha256-A"},"original":{"type":"github","owner":"NixOS","repo":"nixpkgs","ref":"nixos-26.05"}},` +
		`"h":{"locked":{"narHash":"sha256-B"},"original":{"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-26.05"}},` +
		`"i":{"locked":{"narHash":"sha256-C"},"original":{"type":"github","owner":"nix-community","repo":"impermanence"}}}}`
	for _, seed := range []string{good, "", "null", "{}", `{"root":"x","nodes":{"x":null}}`, strings.Replace(good, `"sha256-A"`, `""`, 1), strings.Replace(good, "NixOS", "\\u001b[2JEvil", 1), strings.Replace(good, `"n",`, `["n"],`, 1)} {
		f.Add([]byte(seed))
	}
	in := combination{desktop: "none", users: 1}.input(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		in.Lock = text
		err := flake.CheckLock(in)
		if err != nil {
			if !strings.Contains(err.Error(), "; run nix flake lock") || strings.ContainsFunc(err.Error(), control) || !utf8.ValidString(err.Error()) {
				t.Errorf("%q", err)
			}
			return
		}
		var lock struct {
			Nodes map[string]struct {
				Locked struct {
					NarHash string `json:"narHash"`
				} `json:"locked"`
			} `json:"nodes"`
		}
		hashes := 0
		if json.Unmarshal(text, &lock) != nil {
			t.Fatalf("%s passed", text)
		}
		for _, n := range lock.Nodes {
			if n.Locked.NarHash != "" {
				hashes++
			}
		}
		if hashes < 3 {
			t.Errorf("%s passed", text)
		}
	})
}

// FuzzReadKept reads what an installed system keeps.
func FuzzReadKept(f *testing.F) {
	f.Add([]byte(`{"/nix/persist":{"directories":["/var/log","/home/ada/Documents"],"files":["/etc/machine-id"]}}`))
	f.Add([]byte(`{"":null,"x":{"directories":[""]}}`))
	f.Add([]byte("[]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		storages, err := flake.ReadKept(text)
		if err != nil {
			if storages != nil || !strings.HasSuffix(err.Error(), "; rebuild the system") {
				t.Errorf("%v, %v", storages, err)
			}
			return
		}
		p, count := flake.PersistenceOf(storages), 0
		for _, s := range storages {
			count += len(s.Directories) + len(s.Files)
		}
		if got := len(p.System.Directories) + len(p.System.Files); got > count {
			t.Errorf("%d paths of %d", got, count)
		}
	})
}

// FuzzRepo reads the files of a plan: no path leaves the folder or reaches git's own, and what is read can be written.
func FuzzRepo(f *testing.F) {
	for _, seed := range []string{
		`{"files":[{"path":"flake.nix","text":"{ }"}]}`, `{"files":[{"path":"../x","text":""}]}`, `{"files":[{"path":"a/.GIT/hooks/x","text":""}]}`,
		`{"files":[{"path":"/etc/passwd","text":"a"}]}`, `{"files":[{"path":"a\\..\\b","text":""},{"path":"a\u001b","text":"\ud800"}]}`, `{"files":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var r flake.Repo
		if json.Unmarshal(text, &r) != nil {
			return
		}
		for _, p := range r.Paths() {
			for _, part := range strings.Split(p, "/") {
				if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") || strings.ContainsFunc(part, control) || strings.ContainsRune(part, '\\') {
					t.Errorf("%q was taken for a path", p)
				}
			}
		}
		written, err := json.Marshal(r)
		var again flake.Repo
		if err != nil || json.Unmarshal(written, &again) != nil || again.Hash() != r.Hash() {
			t.Errorf("%s is written as %s, %v", text, written, err)
		}
	})
}
