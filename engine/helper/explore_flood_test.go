package helper

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"lethe/engine/persist"
)

const million = 1_000_000

// millionFindings hands out a million findings in parcels that are only lent, as a scan does.
func millionFindings(ctx context.Context, _ ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	lent := make([]persist.Finding, 0, parcelFindings)
	for i := range million {
		if lent = append(lent, finding(i)); len(lent) == cap(lent) {
			sink(lent)
			lent = lent[:0]
			progress(persist.Progress{Entries: int64(i)})
		}
	}
	sink(lent)
	clear(lent)
	return persist.Summary{Entries: million}, context.Cause(ctx)
}

// serveOnPipes connects a client to a host through pipes of the kernel, which hold 64 KiB.
func serveOnPipes(t testing.TB, host Host) *Client {
	t.Helper()
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	wait := make(chan error, 1)
	go func() {
		err := Serve(context.Background(), "server", inRead, outWrite, host)
		_, _ = inRead.Close(), outWrite.Close()
		wait <- err
	}()
	c, err := Connect(t.Context(), "client", func() (Process, error) {
		return wire{outRead, inWrite, inWrite.Close, "", func() error { return <-wait }}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
		_ = outRead.Close()
	})
	return c
}

// TestMillionFindings scans a million findings through a real pipe, to a reader that keeps up and to one that does not: every finding
// comes, in its order, and memory stays.
func TestMillionFindings(t *testing.T) {
	c := serveOnPipes(t, &fakeHost{explorer: explorer{scan: millionFindings}})
	for name, pause := range map[string]time.Duration{"a quick reader": 0, "a slow reader": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			came, wrong := 0, 0
			begun := time.Now()
			grown := peak(func() {
				sums, err := c.Scan(t.Context(), ScanRequest{}, func(list []persist.Finding) {
					for i := range list {
						if list[i].Size != int64(came)*37 || came%997 == 0 && list[i] != finding(came) {
							wrong++
						}
						came++
					}
					time.Sleep(pause)
				}, func(persist.Progress) {})
				if err != nil || sums.Entries != million {
					t.Errorf("%+v, %v", sums, err)
				}
			})
			took := time.Since(begun)
			if came != million || wrong > 0 {
				t.Errorf("%d came, %d are wrong", came, wrong)
			}
			if grown > 24<<20 || took > 60*time.Second {
				t.Errorf("the heap grew by %d MiB in %v", grown>>20, took)
			}
			t.Logf("%v, %d KiB more heap", took, grown>>10)
		})
	}
}

// TestListsOfPathsCostNothing fills a request with the most paths that it can hold: it is refused, and costs little more than it is long.
func TestListsOfPathsCostNothing(t *testing.T) {
	for _, one := range []string{`"",`, `null,`, `"AAAA",`} {
		list := strings.Repeat(one, (mostRequest-100)/len(one))
		in := strings.NewReader(greeting + ask(1, "plan-keep", `,"paths":[`+list[:len(list)-1]+`]`))
		out := &tap{to: io.Discard}
		if grown := peak(func() { _ = Serve(t.Context(), "server", in, out, &fakeHost{}) }); grown > mostMemory/2 {
			t.Errorf("%s costs %d MiB", one, grown>>20)
		}
		contains(t, string(out.bytes()), `"code":"malformed"`, "1000 is the most")
	}
}

// BenchmarkFindings sends findings through a real pipe. It counts what all sides together take for one finding.
func BenchmarkFindings(b *testing.B) {
	parcels := [][]persist.Finding{}
	for i := range 64 {
		list := make([]persist.Finding, parcelFindings)
		for j := range list {
			list[j] = finding(i*parcelFindings + j)
		}
		parcels = append(parcels, list)
	}
	frames, _ := packed(b, parcels[0])
	host := &fakeHost{explorer: explorer{scan: func(_ context.Context, _ ScanRequest, sink func([]persist.Finding), _ func(persist.Progress)) (persist.Summary, error) {
		for i := 0; i < b.N; i += parcelFindings {
			sink(parcels[i/parcelFindings%len(parcels)])
		}
		return persist.Summary{}, nil
	}}}
	c := serveOnPipes(b, host)
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := c.Scan(b.Context(), ScanRequest{}, func([]persist.Finding) {}, nil); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(frames[0]))/parcelFindings, "wire-bytes/op")
}
