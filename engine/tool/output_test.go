package tool_test

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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

func TestStreamIsOfAnyLength(t *testing.T) {
	const all = 600_000 // lines, of 20 bytes: 12 MB
	count, last := 0, ""
	call := tool.Call{
		Command: command.New("sh", "-c", "seq -f 'a line: %011.0f' "+fmt.Sprint(all)+"; exit 3"), Stream: true,
		Line: func(line string) { count++; last = line },
	}
	result, err := tool.Exec{}.Run(t.Context(), call)
	var failed *tool.Error
	if !errors.As(err, &failed) || failed.Exit != 3 || errors.Is(err, tool.ErrTooMuch) {
		t.Fatalf("got %v", err)
	}
	if count != all || last != "a line: 00000600000" || result.Stdout != nil {
		t.Errorf("%d lines, the last is %q, %d bytes were kept", count, last, len(result.Stdout))
	}
	tail := strings.Split(failed.Tail, "\n")
	if len(tail) != 200 || tail[0] != "a line: 00000599801" || tail[199] != last {
		t.Errorf("the tail has %d lines, from %q to %q", len(tail), tail[0], tail[len(tail)-1])
	}
}

func TestRecordComesBesideTheLines(t *testing.T) {
	var said, recorded []string
	inside := 0 // not guarded: the race detector sees two at a time
	call := tool.Call{
		// Nix opens its json-log-path anew.
		Command: command.New("sh", "-c", `for i in 1 2 3; do echo out $i; echo rec $i >&3; done; printf last >>/dev/fd/3; exit 3`),
		Line:    func(line string) { inside++; said = append(said, line) },
		Record:  func(line string) { inside++; recorded = append(recorded, line) },
	}
	result, err := tool.Exec{}.Run(t.Context(), call)
	var failed *tool.Error
	if !errors.As(err, &failed) || failed.Exit != 3 || failed.Tail != "out 1\nout 2\nout 3" || string(result.Stdout) != failed.Tail+"\n" {
		t.Errorf("%q, %v", result.Stdout, err)
	}
	if strings.Join(said, "|") != "out 1|out 2|out 3" || strings.Join(recorded, "|") != "rec 1|rec 2|rec 3|last" || inside != 7 {
		t.Errorf("%q, %q", said, recorded)
	}
	if _, err := sh(t, `test ! -e /dev/fd/3`); err != nil {
		t.Errorf("there is a descriptor that nobody asked for: %v", err)
	}
}

func TestNobodyWaitsForTheRecord(t *testing.T) {
	var recorded []string
	start := time.Now()
	_, err := tool.Exec{}.Run(t.Context(), tool.Call{
		Command: command.New("sh", "-c", `setsid sh -c 'echo $$ >&3; exec sleep 60' >/dev/null 2>&1 </dev/null & sleep 0.2`),
		Record:  func(line string) { recorded = append(recorded, line) },
	})
	if took := time.Since(start); err != nil || took > 2*time.Second || len(recorded) != 1 {
		t.Fatalf("after %v: %q, %v", took, recorded, err)
	}
	pid, err := strconv.Atoi(recorded[0])
	if err != nil || syscall.Kill(pid, syscall.SIGKILL) != nil {
		t.Errorf("%q was to be ended here: %v", recorded[0], err)
	}
}

func TestLongLineIsCutBetweenRunes(t *testing.T) {
	for shift := range 4 {
		text := strings.Repeat("x", shift) + strings.Repeat("€", 3000) + "  end"
		c := command.New("cat")
		c.Input = text + "\n"
		var said []string
		if _, err := (tool.Exec{}).Run(t.Context(), tool.Call{Command: c, Stream: true, Line: func(line string) { said = append(said, line) }}); err != nil {
			t.Fatal(err)
		}
		if strings.Join(said, "") != text || len(said) != 3 {
			t.Errorf("shifted by %d it comes in %d pieces, whole: %v", shift, len(said), strings.Join(said, "") == text)
		}
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
