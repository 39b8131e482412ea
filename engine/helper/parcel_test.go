package helper

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/persist"
)

// packed gives the frames of findings, and how many none could hold.
func packed(t testing.TB, findings []persist.Finding) (frames [][]byte, left int64) {
	t.Helper()
	p := newPacker(func(frame []byte) error { frames = append(frames, frame); return nil })
	if err := p.add(findings); err != nil {
		t.Fatal(err)
	}
	return frames, p.left
}

// unpacked reads frames as the client does.
func unpacked(t testing.TB, frames [][]byte) (list []persist.Finding) {
	t.Helper()
	var u unpacker
	for _, text := range frames {
		r := bytes.NewReader(text)
		f, err := readFrame(r, mostMessage)
		if err != nil || f.findings == nil || r.Len() > 0 {
			t.Fatalf("%d bytes are no frame of findings: %v", len(text), err)
		}
		got, err := u.read(f.findings)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, got...)
	}
	return list
}

// oddFindings have every value that a file system or a hostile archive can make.
func oddFindings() []persist.Finding {
	base := persist.Finding{Kind: persist.Missing, Path: "/", Type: persist.File, Modified: time.Unix(0, 0)}
	var list []persist.Finding
	with := func(change func(*persist.Finding)) {
		f := base
		change(&f)
		list = append(list, f)
	}
	with(func(*persist.Finding) {})
	for _, name := range []string{"/\xff\xfe", "/a\nb", "/\xff\xfe\xfd", "/a", "/" + strings.Repeat("x", longestPath-1), "/ö", "/a\xffb/\x01", "/a\xffb/\x01\x02"} {
		with(func(f *persist.Finding) { f.Path = name })
	}
	for _, seconds := range []int64{math.MinInt64, math.MaxInt64, -1, 0, 1 << 62, -(1 << 62), 253402300800} {
		with(func(f *persist.Finding) { f.Modified = time.Unix(seconds, 999_999_999) })
	}
	for _, kind := range kinds {
		for _, of := range types {
			with(func(f *persist.Finding) { f.Kind, f.Type = kind, of })
		}
	}
	with(func(f *persist.Finding) {
		f.Size, f.Blocks, f.UID, f.GID = math.MaxInt64, math.MinInt64, math.MaxUint32, math.MaxUint32
	})
	with(func(f *persist.Finding) {
		f.Noise, f.Owner = "why \u202e\x00", persist.Owner{Name: "\xff", Kind: "made up", Suggest: "/\xff"}
	})
	return list
}

func TestFindingsComeBackWhole(t *testing.T) {
	for name, want := range map[string][]persist.Finding{"odd": oddFindings(), "many": someFindings(5000), "one": someFindings(1)} {
		frames, left := packed(t, want)
		if got := unpacked(t, frames); left != 0 || !cmp.Equal(got, want) {
			t.Errorf("%s, %d left: %s", name, left, cmp.Diff(want, got))
		}
	}
	if frames, _ := packed(t, nil); len(frames) != 0 {
		t.Error("nothing is sent")
	}
}

// TestPathsMayBeKept reads a second frame over the first: the paths that somebody kept stay what they were.
func TestPathsMayBeKept(t *testing.T) {
	frames, _ := packed(t, someFindings(2*parcelFindings))
	var u unpacker
	first, err := u.read(frames[0][headerBytes:])
	if err != nil {
		t.Fatal(err)
	}
	path, owner := first[7].Path, first[7].Owner
	if _, err := u.read(frames[1][headerBytes:]); err != nil || path != finding(7).Path || owner != finding(7).Owner {
		t.Errorf("%q of %v, %v", path, owner, err)
	}
}

// TestFramesOfFindingsAreBounded packs long paths and labels: no frame is bigger than it may be, and what no frame can hold is counted.
func TestFramesOfFindingsAreBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var findings []persist.Finding
	for i := range 400 {
		f, long := finding(i), make([]byte, longestPath)
		for j := range long {
			long[j] = byte('a' + random.IntN(26))
		}
		f.Path, f.Owner.Suggest = "/"+string(long[1:]), "/"+string(long[2:])
		f.Owner.Name, f.Noise = string(long), string(long[3:])
		findings = append(findings, f)
	}
	frames, left := packed(t, findings)
	for _, f := range frames {
		if len(f)-headerBytes > mostParcel {
			t.Errorf("a frame of %d bytes", len(f))
		}
	}
	if got := unpacked(t, frames); left != 0 || !cmp.Equal(got, findings) {
		t.Errorf("%d came, %d left", len(got), left)
	}
	for _, change := range []func(*persist.Finding){
		func(f *persist.Finding) { f.Path += strings.Repeat("x", longestPath) },
		func(f *persist.Finding) { f.Owner.Suggest = strings.Repeat("/x", longestPath) },
		func(f *persist.Finding) { f.Kind = "new" },
		func(f *persist.Finding) { f.Type = "whiteout" },
	} {
		three := someFindings(3)
		change(&three[1])
		if frames, left := packed(t, three); left != 1 || len(unpacked(t, frames)) != 2 {
			t.Errorf("%d left of %+v", left, three[1])
		}
	}
}

// TestFindingsThatAreNone reads payloads that no packer makes.
func TestFindingsThatAreNone(t *testing.T) {
	frames, _ := packed(t, someFindings(3))
	whole := string(frames[0][headerBytes:])
	for name, payload := range map[string]string{
		"nothing": "", "half": whole[:len(whole)/2], "more": whole + "\x00", "cut": whole[:len(whole)-1],
		"a label too many":     "\x00\x01\x00\x00\x00\x02/a\x00\x00\x00\x00\x00\x00",
		"a relative path":      "\x01\x00\x00\x00\x00\x01\x00\x00\x00\x01a\x00\x00\x00\x00\x00\x00",
		"no path":              "\x01\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"a kind of no kind":    "\x01\x00\x00\x00\x00\x01\x70\x00\x00\x02/a\x00\x00\x00\x00\x00\x00",
		"a type of no type":    "\x01\x00\x00\x00\x00\x01\x0f\x00\x00\x02/a\x00\x00\x00\x00\x00\x00",
		"shared with nothing":  "\x01\x00\x00\x00\x00\x01\x00\x00\x01\x02/a\x00\x00\x00\x00\x00\x00",
		"a second of too much": "\x01\x00\x00\x00\x00\x01\x00\x00\x00\x02/a\x00\x00\x00\x80\x94\xeb\xdc\x03\x00\x00",
		"a user beyond":        "\x01\x00\x00\x00\x00\x01\x00\x00\x00\x02/a\x00\x00\x00\x00\x80\x80\x80\x80\x10\x00",
		"a number of no end":   strings.Repeat("\x80", 20),
		"many labels":          "\x81\x04" + strings.Repeat("\x00", 4*513) + "\x00",
		"many findings":        "\x00\xff\xff\x03",
	} {
		var u unpacker
		if got, err := u.read([]byte(payload)); err == nil {
			t.Errorf("%s is read as %+v", name, got)
		}
	}
	var u unpacker
	if got, err := u.read([]byte("\x01\x00\x00\x00\x00\x01\x00\x00\x00\x02/a\x00\x00\x00\x00\x00\x00")); err != nil || len(got) != 1 || got[0].Path != "/a" {
		t.Errorf("the pattern of these is wrong: %+v, %v", got, err)
	}
}

// FuzzFindings reads findings from anything: they take no more memory than a frame may, and what was understood can be said again.
func FuzzFindings(f *testing.F) {
	for _, list := range [][]persist.Finding{nil, someFindings(1), someFindings(40), oddFindings()[9:]} {
		frames, _ := packed(f, list)
		for _, frame := range frames {
			f.Add(frame[headerBytes:])
		}
	}
	f.Add([]byte("\x00\x00"))
	f.Add([]byte("\x01\x00\x00\x00\x00\x02\x00\x00\x00\x04/aaa\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		var u unpacker
		got, err := u.read(payload)
		if err != nil {
			return
		}
		text := 0
		for _, f := range got {
			text += len(f.Path)
		}
		if len(got) > parcelFindings || text > mostParcelText || cap(u.paths) > 4*mostParcelText {
			t.Fatalf("%d bytes become %d findings with %d bytes of paths", len(payload), len(got), text)
		}
		want := append([]persist.Finding(nil), got...)
		frames, left := packed(t, want)
		if again := unpacked(t, frames); left != 0 || !cmp.Equal(again, want, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }), equateEmpty) {
			t.Fatalf("%d left: %s", left, cmp.Diff(want, again))
		}
	})
}

// equateEmpty takes no findings for no findings.
var equateEmpty = cmp.FilterValues(func(a, b []persist.Finding) bool { return len(a)+len(b) == 0 }, cmp.Comparer(func(_, _ []persist.Finding) bool { return true }))
