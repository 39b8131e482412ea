package helper

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"lethe/engine/event"
)

// FuzzClient listens to anything in place of the helper: no panic, no memory for what did not come, and every operation ends with an
// error that says what became of the helper, or with an answer that was in the stream.
func FuzzClient(f *testing.F) {
	hello := msg(`{"hello":{"protocol":2,"program":"server"}}`)
	for _, stream := range []string{
		"", hello, hello + msg(`{"reply":{"id":1,"facts":{"inventory":{},"hardware":"","virtualization":"","leftovers":[]}}}`),
		hello + msg(`{"reply":{"id":1,"error":{"code":"busy","text":"cannot \u001b[2J"}}}`) + msg(`{"reply":{"id":1}}`),
		hello + msg(`{"event":{"seq":1,"time":"2026-11-22T00:00:00Z","kind":"log","done":0,"text":"x"}}`) + msg(`{"dropped":{"count":18446744073709551615,"last":1}}`),
		hello + msg(`{"reply":{"id":0,"error":{"code":"end","text":"x"}}}`), hello + sec("passphrase", canary), hello + "\x40\x00\x00\x00\x01{}",
		msg(`{"hello":{"protocol":77,"program":"` + strings.Repeat("x", 200) + `"}}`), hello + msg(`{"reply":{"id":2,"plan":{}}}`) + msg(`null`), hello + raw(9, ""),
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
