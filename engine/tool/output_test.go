package tool_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/tool"
)

// lines runs a script and collects what it says.
func lines(t *testing.T, script string) ([]string, tool.Result, error) {
	t.Helper()
	var said []string
	result, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: command.New("sh", "-c", script), Line: func(line string) { said = append(said, line) }})
	return said, result, err
}

func TestMillionLines(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	count := 0
	result, err := tool.Exec{}.Run(t.Context(), tool.Call{
		Command: command.New("sh", "-c", "seq 1 1000000 >&2; exit 3"), Line: func(string) { count++ },
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	var failed *tool.Error
	if !errors.As(err, &failed) || count != 1_000_000 {
		t.Fatalf("%d lines, %v", count, err)
	}
	var want []string
	for n := 999_801; n <= 1_000_000; n++ {
		want = append(want, fmt.Sprint(n))
	}
	if failed.Tail != strings.Join(want, "\n") {
		t.Errorf("the tail is %d bytes and ends with %q", len(failed.Tail), failed.Tail[max(0, len(failed.Tail)-40):])
	}
	if !strings.HasPrefix(result.Stderr, "1\n2\n") || strings.Count(result.Stderr, "\n") != 199 {
		t.Errorf("the first lines are %.40q", result.Stderr)
	}
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 4<<20 {
		t.Errorf("%d bytes stay in memory", kept)
	}
	runtime.KeepAlive(result)
}

func TestTooMuchOutputIsAnErrorAndNoCut(t *testing.T) {
	result, err := sh(t, "head -c 8388608 /dev/zero")
	if err != nil || len(result.Stdout) != 8<<20 {
		t.Errorf("8 MiB: %d bytes, %v", len(result.Stdout), err)
	}
	result, err = sh(t, "head -c 8388609 /dev/zero; echo ended >&2")
	if !errors.Is(err, tool.ErrTooMuch) || len(result.Stdout) != 8<<20 {
		t.Errorf("one byte more: %d bytes, %v", len(result.Stdout), err)
	}
	if result.Stderr != "ended" {
		t.Errorf("the program was stopped by its talk: %q", result.Stderr)
	}
}

func TestPipelineThatStopsReading(t *testing.T) {
	said, _, err := lines(t, "yes | head -n 3")
	if err != nil || strings.Join(said, "") != "yyy" {
		t.Errorf("%q, %v", said, err)
	}
}

func TestLineWithoutEnd(t *testing.T) {
	said, result, err := lines(t, "printf 'no end'")
	if err != nil || len(said) != 1 || said[0] != "no end" || string(result.Stdout) != "no end" {
		t.Errorf("%q, %v", said, err)
	}
	said, _, err = lines(t, "head -c 1000000 /dev/zero | tr '\\0' x; printf '\\nlast\\n'")
	if err != nil || said[len(said)-1] != "last" {
		t.Fatalf("%d lines, %v", len(said), err)
	}
	total := 0
	for _, line := range said[:len(said)-1] {
		if len(line) > 4096 || strings.Trim(line, "x") != "" {
			t.Fatalf("a piece of %d bytes", len(line))
		}
		total += len(line)
	}
	if total != 1_000_000 {
		t.Errorf("%d bytes of a long line were lost", 1_000_000-total)
	}
}

func TestLinesAreFitToPrint(t *testing.T) {
	for script, want := range map[string]string{
		`printf 'one\rtwo\r\nthree\n\n\n'`:                "one|two|three",
		`printf '\033[31mred\033[0m\a\n'`:                 "[31mred[0m",
		`printf 'tab\there  \n'`:                          "tab here",
		`printf 'bad \377\376 bytes\n'`:                   "bad � bytes",
		`printf 'Gr\303\274\303\237e\n'`:                  "Grüße",
		`printf 'c1 \302\233 end\n'`:                      "c1  end",
		`printf 'bidi \342\200\256gnp.exe\n'`:             "bidi gnp.exe",
		`printf 'zero\342\200\213width\342\200\250sep\n'`: "zerowidthsep",
		`printf 'nul \0 end\n'`:                           "nul  end",
	} {
		said, _, err := lines(t, script)
		if got := strings.Join(said, "|"); err != nil || got != want {
			t.Errorf("%s: %q, %v", script, got, err)
		}
	}
}
