package device

import (
	"path"
	"sort"
	"strconv"
	"strings"
)

// record is what udev's database says about one block device. It is advice: any program may have been
// late, and a root process writes it, so no disk is called safe because of it.
type record struct {
	found      bool
	links      []string // names below /dev, as in "disk/by-id/ata-X"
	properties map[string]string
}

// readRecord reads /run/udev/data/b<major>:<minor>. A missing record is an empty one.
func readRecord(root, number string) record {
	text, err := readText(root + "/run/udev/data/b" + number)
	if err != nil {
		return record{}
	}
	r := record{found: true, properties: make(map[string]string)}
	for line := range strings.SplitSeq(text, "\n") {
		switch kind, rest, _ := strings.Cut(line, ":"); kind {
		case "S":
			r.links = append(r.links, rest)
		case "E":
			if key, value, ok := strings.Cut(rest, "="); ok {
				r.properties[key] = value
			}
		}
	}
	return r
}

// text gives a property for display: the _ENC form, which keeps what udev's plain form replaces, if there is one.
func (r record) text(key string) string {
	if encoded, ok := r.properties[key+"_ENC"]; ok {
		return Clean(unescape(encoded))
	}
	return Clean(unescape(r.properties[key]))
}

// content is what udev's last probe found; it may be stale.
func (r record) content() Content {
	return Content{
		Type:  Clean(r.properties["ID_FS_TYPE"]),
		Label: r.text("ID_FS_LABEL"),
		UUID:  r.text("ID_FS_UUID"),
	}
}

// linksIn gives the sorted names that the device has in one folder of /dev, such as disk/by-id. A name that
// would not print as it is, is left out: udev makes none.
func (r record) linksIn(folder string) []string {
	list := []string{}
	for _, link := range r.links {
		if path.Dir(link) == folder && printable(path.Base(link)) {
			list = append(list, path.Base(link))
		}
	}
	return sorted(list)
}

func printable(name string) bool { return name != "" && strip(name) == name }

// sorted sorts names and drops doubles.
func sorted(list []string) []string {
	sort.Strings(list)
	kept := list[:0]
	for i, name := range list {
		if i == 0 || name != list[i-1] {
			kept = append(kept, name)
		}
	}
	return kept
}

// unescape turns udev's \x20 back into the byte. Other backslashes stay.
func unescape(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.HasPrefix(s[i:], `\x`) && len(s) >= i+4 {
			if n, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
