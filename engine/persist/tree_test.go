package persist_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lethe/engine/persist"
)

func finding(path string, kind persist.Kind, blocks int64) persist.Finding {
	return persist.Finding{
		Kind: kind, Path: path, Type: persist.File, Size: blocks - 1, Blocks: blocks, Modified: then.Truncate(time.Second).UTC(),
		Owner: persist.Owner{Name: "x", Kind: persist.Unknown},
	}
}

func TestTree(t *testing.T) {
	tree := persist.NewTree()
	noisy := finding("/var/cache/c", persist.Missing, 900)
	noisy.Noise = "a cache"
	mine := finding("/home/ada/thesis/one", persist.Missing, 50)
	mine.Owner = persist.Owner{Name: "files of ada", Kind: persist.User, Suggest: "/home/ada/thesis"}
	tree.Add([]persist.Finding{finding("/top", persist.Missing, 7), finding("/var/a", persist.Missing, 10), finding("/var/b", persist.Differs, 20), noisy})
	tree.Add([]persist.Finding{finding("/old/o", persist.Orphan, 1000), finding("/var/lib/k", persist.Kept, 5000), mine})
	all, ok := tree.Sums("/")
	if !ok || all.Lost() != (persist.Tally{Count: 4, Size: 83, Blocks: 87}) || all.Orphans.Blocks != 1000 || all.Kept.Blocks != 5000 || all.Noise.Blocks != 900 {
		t.Errorf("%+v", all)
	}
	if sums, ok := tree.Sums("/var/"); !ok || sums.Lost().Count != 2 || sums.All().Count != 4 {
		t.Errorf("%+v", sums)
	}
	if _, ok := tree.Sums("/nothing"); ok {
		t.Error("a folder without findings is there")
	}
	names := func(folder string) (list []string) {
		rows, more := tree.Children(folder, nil)
		for _, r := range rows {
			list = append(list, fmt.Sprintf("%s %d %v", r.Path, r.Sums.Lost().Blocks, r.Folder))
		}
		if more != 0 {
			t.Errorf("%d are kept apart", more)
		}
		return list
	}
	if diff := cmp.Diff([]string{"/home 50 true", "/var 30 true", "/top 7 false", "/old 0 true"}, names("/")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/var/b 20 false", "/var/a 10 false", "/var/lib 0 true", "/var/cache 0 true"}, names("/var")); diff != "" {
		t.Error(diff)
	}
	rows, _ := tree.Children("/home/ada/thesis", nil)
	if want := mine; len(rows) != 1 || rows[0].Name() != "one" || rows[0].Finding.Owner != want.Owner || !rows[0].Finding.Modified.Equal(want.Modified) {
		t.Errorf("%+v", rows)
	}
	if owners := tree.Owners(); len(owners) != 1 || owners[0].Owner != mine.Owner || owners[0].Lost.Blocks != 50 {
		t.Errorf("%+v", owners)
	}
}

// A tree of many findings stays small, keeps all sums and the biggest entries, and answers at once.
func TestTreeOfManyStaysSmall(t *testing.T) {
	const files, perFolder = 300_000, 30
	tree := persist.NewTree()
	parcel := make([]persist.Finding, 0, 500)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range files {
		parcel = append(parcel, finding(fmt.Sprintf("/home/ada/some/folder-%05d/a file of some name %07d", i/perFolder, i), persist.Missing, int64(i%perFolder+1)*4096))
		if len(parcel) == cap(parcel) {
			tree.Add(parcel)
			parcel = parcel[:0]
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 24<<20 {
		t.Errorf("it takes %d MiB", grown>>20)
	}
	all, _ := tree.Sums("/")
	rows, more := tree.Children("/home/ada/some/folder-00007", nil)
	if all.Missing.Count != files || len(rows) == 0 || int64(len(rows))+more != perFolder || !strings.HasSuffix(rows[0].Path, " 0000239") {
		t.Errorf("%+v, %d rows and %d more", all, len(rows), more)
	}
	if rows, _ := tree.Children("/home/ada/some", nil); len(rows) != files/perFolder {
		t.Errorf("%d folders", len(rows))
	}
}

func TestJSON(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"/plain", `"path":"/plain"`},
		{"/two\nlines\t\"\\\x7f", `"path":"/two\u000alines\u0009\"\\\u007f"`},
		{"/ünï\u2028✓", `"path":"/ünï\u2028✓"`},
		{"/bad-\xff\xfe", `"path":"/bad-\udcff\udcfe","path_base64":"L2JhZC3//g=="`},
		{"/half-\xc3", `"path":"/half-\udcc3"`},
		{"/surrogate-\xed\xb3\xbf", `"path":"/surrogate-\udced\udcb3\udcbf"`},
		{"/real-\uFFFD", `"path":"/real-` + "\uFFFD" + `"`},
	} {
		f := finding(c.path, persist.Missing, 8)
		f.Owner.Suggest = c.path
		text, err := json.Marshal(f)
		must(t, err)
		if !json.Valid(text) || !strings.Contains(strings.ReplaceAll(string(asLine(f)), " ", ""), c.want) {
			t.Errorf("%s, not %s", text, c.want)
		}
		var back persist.Finding
		must(t, json.Unmarshal(asLine(f), &back))
		if diff := cmp.Diff(f, back); diff != "" {
			t.Error(diff)
		}
	}
}

// asLine is a finding as it is printed. json.Marshal escapes what the printer leaves as it is.
func asLine(f persist.Finding) []byte {
	var e persist.Encoder
	return e.Append(nil, &f)
}

// TestEncoder has one encoder write what a new one writes each time, and times as the standard library does.
func TestEncoder(t *testing.T) {
	name := rapid.SampledFrom([]string{"a", "b c", "\xff", "ü", "\n", "\xe2\x82", "\xac"})
	word := rapid.SampledFrom([]string{"", "x", "the history of bash", "\""})
	seconds := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Int64Range(-62135596800-10, 253402300799+10), rapid.Int64(), rapid.Just[int64](253402300800), rapid.Just[int64](-62135596801))
	nanoseconds := rapid.OneOf(rapid.Just[int64](0), rapid.Int64Range(0, 999_999_999), rapid.SampledFrom([]int64{1, 10, 100_000_000, 999_999_000}))
	rapid.Check(t, func(t *rapid.T) {
		var e persist.Encoder
		for range rapid.IntRange(1, 12).Draw(t, "findings") {
			f := finding("/"+strings.Join(rapid.SliceOfN(name, 1, 4).Draw(t, "path"), "/"), persist.Missing, 1)
			f.Owner = persist.Owner{Name: word.Draw(t, "owner"), Kind: persist.Unit, Suggest: word.Draw(t, "suggest")}
			f.Noise, f.Pending = word.Draw(t, "noise"), rapid.Bool().Draw(t, "pending")
			f.Modified = time.Unix(seconds.Draw(t, "second"), nanoseconds.Draw(t, "nanosecond"))
			got, alone := e.Append(nil, &f), asLine(f)
			if !bytes.Equal(got, alone) {
				t.Fatalf("%s, and alone %s", got, alone)
			}
			when := f.Modified.UTC()
			switch {
			case when.Year() < 1:
				when = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
			case when.Year() > 9999:
				when = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
			}
			if want := `"modified":"` + when.Format(time.RFC3339Nano) + `"`; !bytes.Contains(got, []byte(want)) {
				t.Fatalf("%s, not %s", got, want)
			}
		}
	})
}

// BenchmarkEncoder encodes what a scan of a folder finds.
func BenchmarkEncoder(b *testing.B) {
	var findings []persist.Finding
	for i := range 64 {
		f := finding(fmt.Sprintf("/home/ada/.local/share/program/section-003/folder/some file %07d.data", i), persist.Missing, 1)
		f.Modified = time.Unix(1_790_000_000, int64(i)*3333)
		findings = append(findings, f)
	}
	var e persist.Encoder
	var line []byte
	for i := range b.N {
		line = e.Append(line[:0], &findings[i%len(findings)])
	}
}

func FuzzFinding(f *testing.F) {
	f.Add("/a\xffb", "noise", "owner", 3)
	f.Fuzz(func(t *testing.T, path, noise, owner string, cut int) {
		in := finding("/"+path, persist.Orphan, 1)
		in.Noise, in.Owner.Name = strings.ToValidUTF8(noise, "?"), strings.ToValidUTF8(owner, "?")
		if parts := strings.Split(in.Path, "/"); cut > 0 && cut < len(parts) {
			in.Owner.Suggest = strings.Join(parts[:cut+1], "/")
		}
		text := asLine(in)
		var back persist.Finding
		if err := json.Unmarshal(text, &back); err != nil || strings.ContainsAny(string(text), "\n\r\x1b\u2028") {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(in, back); diff != "" {
			t.Fatal(diff)
		}
	})
}
