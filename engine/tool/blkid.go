package tool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

// Blkid probes content with blkid's low-level probing. It satisfies [device.Prober].
type Blkid struct{ Runner Runner }

// Exit codes of blkid that are answers: nothing known here, and several things at once.
const (
	blkidNothing    = 2
	blkidAmbivalent = 8
)

// Probe says what lies in [start, start+size) of path. Several signatures at once are an error: any of them might be
// one that must not be touched.
func (b Blkid) Probe(ctx context.Context, path string, start, size quantity.Bytes) (device.Content, error) {
	result, err := b.Runner.Run(ctx, Call{Command: command.Probe(path, start, size)})
	var failed *Error
	if errors.As(err, &failed) {
		switch failed.Exit {
		case blkidNothing:
			return device.Content{}, readable(path, start, size)
		case blkidAmbivalent:
			return device.Content{}, fmt.Errorf("cannot probe %s: it carries signatures of several kinds; if nothing on it is needed, remove them with wipefs --all", path)
		}
	}
	if err != nil {
		return device.Content{}, fmt.Errorf("cannot probe %s: %w", path, err)
	}
	return parseBlkid(result.Stdout), nil
}

// readable reads the edges of [start, start+size), where signatures lie: blkid says "nothing known here" also of what it
// cannot open or read.
func readable(path string, start, size quantity.Bytes) error {
	const edge = 256 * quantity.KiB
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot probe %s: %w", path, err)
	}
	defer f.Close()
	block := make([]byte, min(size, edge))
	for _, at := range []quantity.Bytes{start, start + size - quantity.Bytes(len(block))} {
		if _, err := f.ReadAt(block, int64(at)); err != nil {
			return fmt.Errorf("cannot probe %s: cannot read it at byte %d: %w", path, uint64(at), err)
		}
	}
	return nil
}

// parseBlkid reads blkid's udev format: KEY=value lines with special characters as \xNN in the _ENC ones.
func parseBlkid(text []byte) device.Content {
	var content device.Content
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		switch key {
		case "ID_FS_TYPE":
			content.Type = device.Clean(value)
		case "ID_FS_LABEL_ENC":
			content.Label = device.Clean(unescape(value))
		case "ID_FS_UUID_ENC":
			content.UUID = device.Clean(unescape(value))
		}
	}
	return content
}

// unescape undoes \xNN.
func unescape(value string) string {
	var b strings.Builder
	for value != "" {
		if code, ok := strings.CutPrefix(value, `\x`); ok && len(code) >= 2 {
			if n, err := strconv.ParseUint(code[:2], 16, 8); err == nil {
				b.WriteByte(byte(n))
				value = code[2:]
				continue
			}
		}
		b.WriteByte(value[0])
		value = value[1:]
	}
	return b.String()
}
