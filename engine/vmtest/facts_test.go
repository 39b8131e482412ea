//go:build vm

package vmtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/sys/mountinfo"
)

// facts is a folder of files that a guest wrote, one for each thing that it looked at.
type facts struct {
	t      *testing.T
	folder string
}

// text is what a fact says; none is a failure.
func (f facts) text(name string) string {
	f.t.Helper()
	text, err := os.ReadFile(filepath.Join(f.folder, name))
	must(f.t, err)
	return strings.TrimSpace(string(text))
}

// good is what a fact says whose command must have succeeded.
func (f facts) good(name string) string {
	f.t.Helper()
	if code := f.text(name + ".code"); code != "0" {
		f.t.Errorf("%s exits with %s:\n%s\n%s", name, code, f.text(name), f.text(name+".err"))
	}
	return f.text(name)
}

// lines are the lines of a fact; an empty one has none.
func (f facts) lines(name string) []string {
	f.t.Helper()
	if text := f.text(name); text != "" {
		return strings.Split(text, "\n")
	}
	return nil
}

// nothing fails when a fact says something.
func (f facts) nothing(name, complaint string) {
	f.t.Helper()
	if text := f.text(name); text != "" {
		f.t.Errorf("%s:\n%s", complaint, text)
	}
}

// mounts are the mounts of the guest by their place; of those on one place the last.
func (f facts) mounts() map[string]*mountinfo.Info { return f.mountsOf("mountinfo") }

// mountsOf are those of another fact.
func (f facts) mountsOf(name string) map[string]*mountinfo.Info {
	f.t.Helper()
	list, err := mountinfo.GetMountsFromReader(strings.NewReader(f.good(name)+"\n"), nil)
	must(f.t, err)
	at := map[string]*mountinfo.Info{}
	for _, m := range list {
		at[m.Mountpoint] = m
	}
	return at
}

// kilobytes reads a line of /proc/meminfo.
func (f facts) kilobytes(key string) int64 {
	f.t.Helper()
	for _, line := range f.lines("meminfo") {
		if rest, ok := strings.CutPrefix(line, key+":"); ok {
			value, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, " kB")), 10, 64)
			must(f.t, err)
			return value
		}
	}
	f.t.Fatalf("meminfo has no %s", key)
	return 0
}

// table is what sfdisk says.
type table struct {
	Label      string `json:"label"`
	SectorSize int64  `json:"sectorsize"`
	LastLBA    int64  `json:"lastlba"`
	Partitions []struct {
		Node  string `json:"node"`
		Start int64  `json:"start"`
		Size  int64  `json:"size"`
		Type  string `json:"type"`
		UUID  string `json:"uuid"`
		Name  string `json:"name"`
		Attrs string `json:"attrs"`
	} `json:"partitions"`
}

func (f facts) table() table {
	f.t.Helper()
	var whole struct {
		Table table `json:"partitiontable"`
	}
	must(f.t, json.Unmarshal([]byte(f.text("sfdisk.json")), &whole))
	return whole.Table
}
