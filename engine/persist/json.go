package persist

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MarshalJSON gives one object. A path is any bytes but NUL, JSON is text: where the path is valid UTF-8, "path" is just it. Where it is not,
// each byte that does not belong is in "path" as the lone surrogate \udc80 to \udcff (PEP 383: Python's os.fsencode gives the bytes
// back), and "path_base64" has all bytes for readers that do not take lone surrogates (jq, Go).
func (f Finding) MarshalJSON() ([]byte, error) {
	var e Encoder
	return e.Append(nil, &f), nil
}

// Encoder appends many findings as JSON. Most of what one says is what the one before said, in the same folder and of the same owner, and is
// not put into JSON again. The zero value is ready; it is for one goroutine.
type Encoder struct {
	folder memo[string]
	owner  memo[Owner]
	day    memo[int64] // since 1970
}

// memo is what the last value was put into.
type memo[T comparable] struct {
	of   T
	text []byte // nil where there is none yet
}

// is tells that it is about a value, and takes that from now on.
func (m *memo[T]) is(value T) bool {
	if m.text != nil && m.of == value {
		return true
	}
	m.of, m.text = value, m.text[:0]
	return false
}

// Append appends what [Finding.MarshalJSON] gives.
func (e *Encoder) Append(b []byte, f *Finding) []byte {
	b = append(b, `{"kind":`...)
	b = appendText(b, string(f.Kind))
	b = append(b, `,"path":"`...)
	b = e.appendPath(b, f.Path)
	if !utf8.ValidString(f.Path) {
		b = append(b, `","path_base64":"`...)
		b = base64.StdEncoding.AppendEncode(b, []byte(f.Path))
	}
	b = append(b, `","type":`...)
	b = appendText(b, string(f.Type))
	b = strconv.AppendInt(append(b, `,"size":`...), f.Size, 10)
	b = strconv.AppendInt(append(b, `,"blocks":`...), f.Blocks, 10)
	b = append(b, `,"modified":"`...)
	b = e.appendTime(b, f.Modified)
	b = strconv.AppendUint(append(b, `","uid":`...), uint64(f.UID), 10)
	b = strconv.AppendUint(append(b, `,"gid":`...), uint64(f.GID), 10)
	if f.Noise != "" {
		b = appendText(append(b, `,"noise":`...), f.Noise)
	}
	if f.Pending {
		b = append(b, `,"pending":true`...)
	}
	if !e.owner.is(f.Owner) {
		e.owner.text = appendOwner(e.owner.text, f.Owner)
	}
	return append(append(b, e.owner.text...), '}')
}

func appendOwner(b []byte, o Owner) []byte {
	b = appendText(append(b, `,"owner":{"name":`...), o.Name)
	b = appendText(append(b, `,"kind":`...), string(o.Kind))
	if o.Suggest != "" {
		b = appendText(append(b, `,"suggest":`...), o.Suggest)
	}
	return append(b, '}')
}

// appendPath writes a path without quotes. A slash is a character by itself in UTF-8, also after bytes that are none.
func (e *Encoder) appendPath(b []byte, name string) []byte {
	last := strings.LastIndexByte(name, '/') + 1
	if folder := name[:last]; !e.folder.is(folder) {
		e.folder.text = appendEscaped(e.folder.text, folder)
	}
	return appendEscaped(append(b, e.folder.text...), name[last:])
}

const secondsOfDay = 24 * 60 * 60

// appendTime writes RFC 3339 in UTC, as [time.RFC3339Nano]. Years that it does not know, which a broken clock or a hostile archive makes, become
// its first or last.
func (e *Encoder) appendTime(b []byte, t time.Time) []byte {
	second := t.Unix()
	day := second / secondsOfDay
	if second %= secondsOfDay; second < 0 {
		day, second = day-1, second+secondsOfDay
	}
	if !e.day.is(day) {
		t = t.UTC()
		switch {
		case t.Year() < 1:
			t = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
		case t.Year() > 9999:
			t = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
		default:
			e.day.text = t.AppendFormat(e.day.text, "2006-01-02T")
		}
		if len(e.day.text) == 0 {
			e.day.text = nil
			return t.AppendFormat(b, time.RFC3339)
		}
	}
	b = append(b, e.day.text...)
	b = append(appendTwo(b, second/3600), ':')
	b = append(appendTwo(b, second/60%60), ':')
	b = appendTwo(b, second%60)
	if rest := t.Nanosecond(); rest != 0 {
		b = append(b, '.')
		for unit := 100_000_000; rest > 0; rest, unit = rest%unit, unit/10 {
			b = append(b, byte('0'+rest/unit))
		}
	}
	return append(b, 'Z')
}

// appendTwo writes a number below 100 with two digits.
func appendTwo(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

const hex = "0123456789abcdef"

// asItIs are the bytes that stand for themselves in a JSON string.
var asItIs = func() (list [256]bool) {
	for c := byte(0x20); c < 0x7f; c++ {
		list[c] = c != '"' && c != '\\'
	}
	return list
}()

// appendText writes a JSON string.
func appendText(b []byte, s string) []byte { return append(appendEscaped(append(b, '"'), s), '"') }

// appendEscaped writes the inside of a JSON string. Bytes that are no UTF-8 become lone surrogates.
func appendEscaped(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		start := i
		for i < len(s) && asItIs[s[i]] {
			i++
		}
		b = append(b, s[start:i]...)
		if i == len(s) {
			break
		}
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			if c == '"' || c == '\\' {
				b = append(b, '\\', c)
			} else {
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			b = append(b, '\\', 'u', 'd', 'c', hex[c>>4], hex[c&15])
		case r < 0xa0 || r == 0x2028 || r == 0x2029: // controls, and what some readers take for the end of a line
			b = append(b, '\\', 'u', hex[r>>12], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return b
}

// ancestor gives the first parts of a path. What is suggested is always the entry or a folder above it.
func ancestor(name string, parts int) string {
	if parts == 0 {
		return ""
	}
	for i := 1; i < len(name); i++ {
		if name[i] == '/' {
			if parts--; parts == 0 {
				return name[:i]
			}
		}
	}
	return name
}

// UnmarshalJSON reads what MarshalJSON wrote, byte for byte.
func (f *Finding) UnmarshalJSON(text []byte) error {
	var read struct {
		Kind     Kind      `json:"kind"`
		Path     string    `json:"path"`
		Bytes    []byte    `json:"path_base64"`
		Type     Type      `json:"type"`
		Size     int64     `json:"size"`
		Blocks   int64     `json:"blocks"`
		Modified time.Time `json:"modified"`
		UID      uint32    `json:"uid"`
		GID      uint32    `json:"gid"`
		Noise    string    `json:"noise"`
		Pending  bool      `json:"pending"`
		Owner    struct {
			Name    string    `json:"name"`
			Kind    OwnerKind `json:"kind"`
			Suggest string    `json:"suggest"`
		} `json:"owner"`
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("cannot read a finding: %w", err)
	}
	if read.Bytes != nil {
		read.Path = string(read.Bytes)
		read.Owner.Suggest = ancestor(read.Path, strings.Count(read.Owner.Suggest, "/"))
	}
	if read.Path == "" || read.Path[0] != '/' {
		return errors.New("cannot read a finding: its path is not absolute")
	}
	*f = Finding{
		Kind: read.Kind, Path: read.Path, Type: read.Type, Size: read.Size, Blocks: read.Blocks, Modified: read.Modified,
		UID: read.UID, GID: read.GID, Noise: read.Noise, Owner: Owner(read.Owner), Pending: read.Pending,
	}
	return nil
}
