package helper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"lethe/engine/persist"
)

// Findings travel in frames of their own, for a million of them as JSON take half a minute of a processor, and as this a second. A frame
// stands for itself. Numbers are varints, texts have their length first:
//
//	labels:   their number; of each the noise, and the owner's name, kind and suggestion
//	findings: their number; of each the kind and type in a byte, the label's index, how many bytes of the path are the one's before,
//	          the rest of the path, size, blocks, seconds since the one before, nanoseconds, UID, GID

// Bounds of a frame of findings. What a frame takes in memory once it is read follows from them.
const (
	parcelFindings = 512
	parcelText     = 256 << 10 // bytes of paths and labels, as they are read; the last finding may go beyond it
	longestPath    = 64 << 10  // also of any other text of a finding
	mostParcel     = 1 << 20   // bytes of a payload
	mostParcelText = parcelText + 5*longestPath
)

// kinds and types are as their numbers in a frame.
var (
	kinds = [...]persist.Kind{persist.Missing, persist.Differs, persist.Orphan, persist.Kept}
	types = [...]persist.Type{persist.File, persist.Folder, persist.Link, persist.FIFO, persist.Socket, persist.Device}
)

// label is what many findings have in common.
type label struct {
	noise string
	owner persist.Owner
}

func (l label) size() int {
	return len(l.noise) + len(l.owner.Name) + len(l.owner.Kind) + len(l.owner.Suggest)
}

// packer makes frames of findings.
type packer struct {
	send    func(frame []byte) error
	left    int64 // findings that no frame can hold
	count   int
	text    int // bytes
	labels  map[label]uint64
	heads   []byte // labels, packed
	rows    []byte // findings, packed
	before  string // path
	seconds int64  // of the finding before
}

func newPacker(send func([]byte) error) *packer {
	return &packer{send: send, labels: map[label]uint64{}}
}

// add packs findings and sends every frame that is full, and the last one.
func (p *packer) add(findings []persist.Finding) error {
	for i := range findings {
		f := &findings[i]
		kind, of := slices.Index(kinds[:], f.Kind), slices.Index(types[:], f.Type)
		l := label{f.Noise, f.Owner}
		if kind < 0 || of < 0 || max(len(f.Path), len(f.Noise), len(f.Owner.Name), len(f.Owner.Kind), len(f.Owner.Suggest)) > longestPath {
			p.left++
			continue
		}
		p.pack(f, byte(kind<<4|of), p.number(l))
		if p.count >= parcelFindings || p.text >= parcelText {
			if err := p.flush(); err != nil {
				return err
			}
		}
	}
	return p.flush()
}

// number gives the index of a label, which is packed where it is new.
func (p *packer) number(l label) uint64 {
	n, known := p.labels[l]
	if !known {
		n = uint64(len(p.labels))
		p.labels[l] = n
		for _, text := range []string{l.noise, l.owner.Name, string(l.owner.Kind), l.owner.Suggest} {
			p.heads = appendText(p.heads, text)
		}
		p.text += l.size()
	}
	return n
}

func (p *packer) pack(f *persist.Finding, what byte, label uint64) {
	shared := 0
	for most := min(len(f.Path), len(p.before)); shared < most && f.Path[shared] == p.before[shared]; shared++ {
	}
	b := binary.AppendUvarint(append(p.rows, what), label)
	b = appendText(binary.AppendUvarint(b, uint64(shared)), f.Path[shared:])
	b = binary.AppendVarint(binary.AppendVarint(b, f.Size), f.Blocks)
	seconds := f.Modified.Unix()
	b = binary.AppendVarint(b, seconds-p.seconds) // may wrap around, and back when it is read
	b = binary.AppendUvarint(b, uint64(f.Modified.Nanosecond()))
	b = binary.AppendUvarint(b, uint64(f.UID))
	p.rows = binary.AppendUvarint(b, uint64(f.GID))
	p.before, p.seconds = f.Path, seconds
	p.count++
	p.text += len(f.Path)
}

// flush sends what is packed.
func (p *packer) flush() error {
	if p.count == 0 {
		return nil
	}
	frame := make([]byte, headerBytes, headerBytes+2*binary.MaxVarintLen64+len(p.heads)+len(p.rows))
	frame = append(binary.AppendUvarint(frame, uint64(len(p.labels))), p.heads...)
	frame = append(binary.AppendUvarint(frame, uint64(p.count)), p.rows...)
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-headerBytes))
	frame[headerBytes-1] = byte(findingsFrame)
	clear(p.labels)
	p.heads, p.rows, p.count, p.text, p.before, p.seconds = p.heads[:0], p.rows[:0], 0, 0, "", 0
	return p.send(frame)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// unpacker reads frames of findings. It uses its list again for the next frame.
type unpacker struct {
	findings []persist.Finding
	labels   []label
	paths    []byte // of all findings
	ends     []int
}

// errParcel is why a frame of findings is not one.
var errParcel = errors.New("findings that cannot be read")

// read gives the findings of a payload. They are lent until the next call; their paths may be kept, and are one allocation.
func (u *unpacker) read(payload []byte) ([]persist.Finding, error) {
	c := cursor{rest: payload, most: mostParcelText}
	u.findings, u.labels, u.paths, u.ends = u.findings[:0], u.labels[:0], u.paths[:0], u.ends[:0]
	for range c.number(parcelFindings) {
		u.labels = append(u.labels, label{string(c.text()), persist.Owner{
			Name: string(c.text()), Kind: persist.OwnerKind(c.text()), Suggest: string(c.text()),
		}})
	}
	u.rows(&c)
	if c.bad || len(c.rest) > 0 {
		return nil, fmt.Errorf("%w: %w", errFrame, errParcel)
	}
	all, from := string(u.paths), 0
	for i, end := range u.ends {
		u.findings[i].Path = all[from:end]
		from = end
	}
	return u.findings, nil
}

// rows reads all of the findings but their paths, which go to u.paths.
func (u *unpacker) rows(c *cursor) {
	from, seconds := 0, int64(0)
	for range c.number(parcelFindings) {
		what, at := c.byte(), c.number(parcelFindings)
		kind, of := int(what>>4), int(what&15)
		if c.bad || kind >= len(kinds) || of >= len(types) || at >= uint64(len(u.labels)) {
			c.bad = true
			return
		}
		end := len(u.paths)
		shared := c.number(uint64(end - from))
		c.spend(int(shared))
		u.paths = append(append(u.paths, u.paths[from:from+int(shared)]...), c.text()...)
		from = end
		u.ends = append(u.ends, len(u.paths))
		f := persist.Finding{Kind: kinds[kind], Type: types[of], Noise: u.labels[at].noise, Owner: u.labels[at].owner, Size: c.signed(), Blocks: c.signed()}
		seconds += c.signed()
		f.Modified = time.Unix(seconds, int64(c.number(1e9-1)))
		f.UID, f.GID = uint32(c.number(math.MaxUint32)), uint32(c.number(math.MaxUint32))
		if c.bad || len(u.paths) == end || u.paths[end] != '/' || len(u.paths)-end > longestPath {
			c.bad = true
			return
		}
		u.findings = append(u.findings, f)
	}
}

// cursor reads a payload. Once something was wrong it is bad, and gives nothing any more.
type cursor struct {
	rest []byte
	most int // bytes of text that may still come of it
	bad  bool
}

func (c *cursor) took(n int) {
	if n <= 0 {
		c.bad, c.rest = true, nil
		return
	}
	c.rest = c.rest[n:]
}

func (c *cursor) byte() byte {
	if len(c.rest) == 0 {
		c.bad = true
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

// number reads one that is at most most.
func (c *cursor) number(most uint64) uint64 {
	v, n := binary.Uvarint(c.rest)
	c.took(n)
	if v > most {
		c.bad = true
	}
	if c.bad {
		return 0
	}
	return v
}

func (c *cursor) signed() int64 {
	v, n := binary.Varint(c.rest)
	c.took(n)
	return v
}

// text is lent from the payload.
func (c *cursor) text() []byte {
	n := int(c.number(uint64(len(c.rest))))
	if n > len(c.rest) { // the number itself took some
		c.bad = true
	}
	c.spend(n)
	if c.bad {
		return nil
	}
	text := c.rest[:n]
	c.rest = c.rest[n:]
	return text
}

// spend counts text, so that a short frame does not become a long list.
func (c *cursor) spend(n int) {
	if c.most -= n; c.most < 0 {
		c.bad = true
	}
}
