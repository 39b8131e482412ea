package helper

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/persist"
)

// FuzzClient listens to anything in place of the helper: no panic, no memory for what did not come, and every operation ends with an
// error that says what became of the helper, or with an answer that was in the stream.
func FuzzClient(f *testing.F) {
	hello := msg(fmt.Sprintf(`{"hello":{"protocol":%d,"program":"server"}}`, Protocol))
	parcel, _ := packed(f, someFindings(5))
	for _, stream := range []string{
		"", hello, hello + msg(`{"reply":{"id":1,"facts":{"inventory":{},"hardware":"","virtualization":"","leftovers":[]}}}`),
		hello + msg(`{"reply":{"id":1,"error":{"code":"busy","text":"cannot \u001b[2J"}}}`) + msg(`{"reply":{"id":1}}`),
		hello + msg(`{"event":{"seq":1,"time":"2026-11-22T00:00:00Z","kind":"log","done":0,"text":"x"}}`) + msg(`{"dropped":{"count":18446744073709551615,"last":1}}`),
		hello + msg(`{"reply":{"id":0,"error":{"code":"end","text":"x"}}}`), hello + sec("passphrase", canary), hello + "\x40\x00\x00\x00\x01{}",
		msg(`{"hello":{"protocol":77,"program":"` + strings.Repeat("x", 200) + `"}}`), hello + msg(`{"reply":{"id":2,"plan":{}}}`) + msg(`null`), hello + raw(9, ""),
		hello + msg(`{"reply":{"id":1}}`) + msg(`{"reply":{"id":2}}`) + string(parcel[0]) + msg(`{"scanned":{"entries":1}}`) + msg(`{"reply":{"id":3,"scan":{"unreadable":[{"path":"x"}]},"exact":["/w=="]}}`) +
			msg(`{"reply":{"id":4,"keep_plan":{"items":[{"path":"a"}]},"exact":["/w=="]}}`),
		hello + raw(findingsFrame, "") + raw(findingsFrame, "\x00\x00") + raw(findingsFrame, "\xff"),
	} {
		f.Add([]byte(stream))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		helper := wire{bytes.NewReader(stream), io.Discard, func() error { return nil }, "", func() error { return errors.New("it was killed") }}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		c, err := Connect(ctx, "client", func() (Process, error) { return helper, nil })
		if err == nil {
			_, err = c.Facts(ctx)
			watching := c.Watch(ctx, event.SinkFunc(func(event.Event) {}))
			if err == nil {
				err = watching
			}
			_, scanned := c.Scan(ctx, ScanRequest{}, func([]persist.Finding) {}, func(persist.Progress) {})
			_, planned := c.PlanKeep(ctx, []string{"/a"})
			if err == nil {
				err = cmp.Or(scanned, planned)
			}
			<-c.ended
		}
		var lost *Lost
		var told *Error
		if ctx.Err() != nil || err != nil && !errors.As(err, &lost) && !errors.As(err, &told) {
			t.Errorf("%v (%v)", err, ctx.Err())
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > mostMemory+200*uint64(len(stream)) {
			t.Errorf("%d bytes cost %d MiB", len(stream), grown>>20)
		}
	})
}
