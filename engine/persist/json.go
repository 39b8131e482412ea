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
func (f Finding) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil), nil }

// AppendJSON appends what MarshalJSON gives.
func (f Finding) AppendJSON(b []byte) []byte {
	b = append(b, `{"kind":`...)
	b = appendText(b, string(f.Kind))
	b = append(b, `,"path":`...)
	b = appendText(b, f.Path)
	if !utf8.ValidString(f.Path) {
		b = append(b, `,"path_base64":"`...)
		b = base64.StdEncoding.AppendEncode(b, []byte(f.Path))
		b = append(b, '"')
	}
	b = append(b, `,"type":`...)
	b = appendText(b, string(f.Type))
	b = strconv.AppendInt(append(b, `,"size":`...), f.Size, 10)
	b = strconv.AppendInt(append(b, `,"blocks":`...), f.Blocks, 10)
	b = append(b, `,"modified":"`...)
	b = appendTime(b, f.Modified)
	b = strconv.AppendUint(append(b, `","uid":`...), uint64(f.UID), 10)
	b = strconv.AppendUint(append(b, `,"gid":`...), uint64(f.GID), 10)
	if f.Noise != "" {
		b = appendText(append(b, `,"noise":`...), f.Noise)
	}
	if f.Pending {
		b = append(b, `,"pending":true`...)
	}
	b = appendText(append(b, `,"owner":{"name":`...), f.Owner.Name)
	b = appendText(append(b, `,"kind":`...), string(f.Owner.Kind))
	if f.Owner.Suggest != "" {
		b = appendText(append(b, `,"suggest":`...), f.Owner.Suggest)
	}
	return append(b, "}}"...)
}

// appendTime writes RFC 3339 in UTC. Years that it does not know, which a broken clock or a hostile archive makes, become its first or last.
func appendTime(b []byte, t time.Time) []byte {
	t = t.UTC()
	switch {
	case t.Year() < 1:
		t = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	case t.Year() > 9999:
		t = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	}
	return t.AppendFormat(b, time.RFC3339Nano)
}

const hex = "0123456789abcdef"

// asItIs are the bytes that stand for themselves in a JSON string.
var asItIs = func() (list [256]bool) {
	for c := byte(0x20); c < 0x7f; c++ {
		list[c] = c != '"' && c != '\\'
	}
	return list
}()

// appendText writes a JSON string. Bytes that are no UTF-8 become lone surrogates.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
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
	return append(b, '"')
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
