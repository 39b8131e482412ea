package flood_test

import (
	"io"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/printer"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// mostHeap is what the engine may need at its peak.
const mostHeap = 64 << 20

// peak samples the heap until stop is called, which gives the largest size seen above what there was.
func peak() (stop func() int64) {
	var most atomic.Int64
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	before := int64(stats.HeapInuse)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			most.Store(max(most.Load(), int64(stats.HeapInuse)-before))
			select {
			case <-end:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	return func() int64 { close(end); <-ended; return most.Load() }
}

// TestMillionLinesNeedLittleMemory lets a program print a million lines through all that an installation puts behind it.
func TestMillionLinesNeedLittleMemory(t *testing.T) {
	lines := 1_000_000
	if underRace {
		lines /= 16 // the race detector makes each of them eight times as dear
	}
	journal, err := run.OpenJournal(filepath.Join(t.TempDir(), "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	secrets := secret.NewStore()
	secrets.Put(command.Passphrase, secret.New([]byte("hunter2-correct-horse")))
	seen := 0
	stream := event.NewStream(event.Tee(journal, printer.NewJSON(io.Discard), event.SinkFunc(func(event.Event) { seen++ })),
		time.Now, secrets.Redact)
	stop := peak()
	var progress tool.NixProgress
	result, err := tool.Exec{}.Run(t.Context(), tool.Call{
		Command: command.New("seq", "-f", "building '/nix/store/9wjpgsiwxjv9p6166ax2mns747lmv2cq-unit-%.0f.drv'...", strconv.Itoa(lines)), Stream: true,
		Line: func(line string) {
			stream.Emit(event.Event{Kind: event.Log, Step: "install", Text: line})
			progress.Line(line)
		},
	})
	most := stop()
	if err != nil || seen != lines || len(result.Stdout) != 0 || progress.Work().Built != lines-1 {
		t.Errorf("%d lines arrived, %d bytes were kept: %v", seen, len(result.Stdout), err)
	}
	if err := journal.Close(); err != nil {
		t.Error(err)
	}
	if most > mostHeap {
		t.Errorf("the heap grew by %d MiB", most>>20)
	}
	t.Logf("the heap grew by %.1f MiB at most", float64(most)/(1<<20))
}
