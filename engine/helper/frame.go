package helper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"lethe/engine/secret"
)

// A frame is a big-endian length of four bytes, a byte that tells the kind, and a payload of that length.
const headerBytes = 5

// frameKind is what a payload is.
type frameKind byte

// The kinds of frames.
const (
	messageFrame frameKind = 1 // JSON
	secretFrame  frameKind = 2 // the length of a name in one byte, the name, and the secret, raw
	// findingsFrame goes from the helper only; see [packer].
	findingsFrame frameKind = 3
)

// Bounds of payloads, in bytes. A request is taken apart several times on its way to a plan; its bound keeps all that below 64 MiB.
const (
	mostRequest = 4 << 20
	mostMessage = 32 << 20
	mostHello   = 4 << 10
	mostSecret  = 1 << 10
)

// What is reserved for a payload before any of it came, and the factor by which memory grows with what came: a lie about the
// length costs no more.
const (
	firstChunk = 64 << 10
	growth     = 8
)

// frame is one that arrived.
type frame struct {
	message  []byte // of a message frame
	findings []byte // of a findings frame
	name     string // of a secret frame
	secret   *secret.Secret
	// fault says what is wrong with a frame that was read to its end: the stream is still in step.
	fault error
}

// wipe forgets a secret that nobody took.
func (f frame) wipe() { f.secret.Wipe() }

// errFrame is wrapped by errors after which nobody knows where the next frame begins.
var errFrame = errors.New("the stream is out of step")

// readFrame reads one frame; messages have at most most bytes. It never reads beyond the frame, and a secret goes straight into its own
// memory: r must not buffer either. The end between two frames is [io.EOF].
func readFrame(r io.Reader, most int) (frame, error) {
	var header [headerBytes]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return frame{}, fmt.Errorf("%w: half a header: %w", errFrame, err)
		}
		return frame{}, err
	}
	length, kind := binary.BigEndian.Uint32(header[:4]), frameKind(header[4])
	bound := most
	switch kind {
	case secretFrame:
		bound = mostSecret
	case findingsFrame:
		bound = mostParcel
	}
	if uint64(length) > uint64(bound) {
		return frame{}, fmt.Errorf("%w: a frame of %d bytes, where %d is the most", errFrame, length, bound)
	}
	f, err := readPayload(r, kind, int(length))
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return frame{}, fmt.Errorf("%w: half a frame: %w", errFrame, err)
	}
	return f, nil
}

// readPayload reads what follows the header.
func readPayload(r io.Reader, kind frameKind, length int) (frame, error) {
	switch kind {
	case messageFrame:
		message, err := readGrowing(r, length)
		return frame{message: message}, err
	case secretFrame:
		return readSecret(r, length)
	case findingsFrame:
		findings, err := readGrowing(r, length)
		return frame{findings: findings}, err
	}
	_, err := io.CopyN(io.Discard, r, int64(length))
	return frame{fault: fmt.Errorf("a frame of the unknown kind %d", kind)}, err
}

// readGrowing reads length bytes; memory grows only with what came.
func readGrowing(r io.Reader, length int) ([]byte, error) {
	payload := make([]byte, 0, min(length, firstChunk))
	for len(payload) < length {
		if len(payload) == cap(payload) {
			payload = append(make([]byte, 0, min(length, growth*len(payload))), payload...)
		}
		n, err := io.ReadFull(r, payload[len(payload):cap(payload)])
		payload = payload[:len(payload)+n]
		if err != nil {
			return nil, err
		}
	}
	return payload, nil
}

// readSecret reads the payload of a secret frame.
func readSecret(r io.Reader, length int) (frame, error) {
	if length == 0 {
		return frame{fault: errors.New("a secret without a name")}, nil
	}
	var size [1]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return frame{}, err
	}
	if n := int(size[0]); n == 0 || n > length-1 {
		hidden, err := secret.ReadFull(r, length-1) // it may well be one
		hidden.Wipe()
		return frame{fault: errors.New("a secret without a name")}, err
	}
	name := make([]byte, size[0])
	if _, err := io.ReadFull(r, name); err != nil {
		return frame{}, err
	}
	hidden, err := secret.ReadFull(r, length-1-len(name))
	return frame{name: string(name), secret: hidden}, err
}

// writeSecret writes a secret frame straight from the secret's memory.
func writeSecret(w io.Writer, name string, s *secret.Secret) error {
	return s.Use(func(text []byte) error {
		length := 1 + len(name) + len(text)
		if len(name) == 0 || len(name) > 255 || length > mostSecret {
			return fmt.Errorf("cannot send the %s: it is too long", name)
		}
		head := binary.BigEndian.AppendUint32(nil, uint32(length))
		head = append(head, byte(secretFrame), byte(len(name)))
		if _, err := w.Write(append(head, name...)); err != nil {
			return err
		}
		_, err := w.Write(text)
		return err
	})
}
