package device

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Difference is one part in which two identities differ. Both values are fit for display; an empty one is absent.
type Difference struct {
	Field string `json:"field"`
	Was   string `json:"was"`
	Is    string `json:"is"`
}

// String reads as "serial: was X, is absent".
func (d Difference) String() string {
	return fmt.Sprintf("%s: was %s, is %s", d.Field, orAbsent(d.Was), orAbsent(d.Is))
}

func orAbsent(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}

// attributeValue is one named part of an identity; no values at all means absent.
type attributeValue struct {
	name   string
	values []string
}

// parts lists every part in a fixed order, which the fingerprint depends on.
func (i Identity) parts() []attributeValue {
	return []attributeValue{
		{"kind", text(string(i.Kind))},
		{"path", text(i.Path)},
		{"model", text(i.Model)},
		{"serial", text(i.Serial)},
		{"WWN", text(i.WWN)},
		{"by-id names", i.ByID},
		{"by-path names", i.ByPath},
		{"size in bytes", number(uint64(i.Bytes))},
		{"sector size", number(uint64(i.Logical))},
		{"disk sequence number", number(i.DiskSeq)},
		{"inode", text(i.Inode)},
		{"hash of the partition table", text(i.TableHash)},
	}
}

func text(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func number(n uint64) []string {
	if n == 0 {
		return nil
	}
	return []string{strconv.FormatUint(n, 10)}
}

// Fingerprint is the hex SHA-256 of all parts of the identity. Each part is written as the count of its values
// and, for each value, its length and bytes; so an absent part differs from every present one, and no two
// identities can be written alike.
func (i Identity) Fingerprint() string {
	h := sha256.New()
	count := func(n int) {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		h.Write(b[:])
	}
	h.Write([]byte("lethe identity 1\n"))
	for _, part := range i.parts() {
		count(len(part.values))
		for _, value := range part.values {
			count(len(value))
			h.Write([]byte(value))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Compare gives the parts in which a disk is no longer what it was; none means the same disk with the same table.
func Compare(was, is Identity) []Difference {
	var found []Difference
	before, after := was.parts(), is.parts()
	for i := range before {
		if !slices.Equal(before[i].values, after[i].values) {
			found = append(found, Difference{before[i].name, display(before[i].values), display(after[i].values)})
		}
	}
	return found
}

func display(values []string) string {
	clean := make([]string, len(values))
	for i, v := range values {
		clean[i] = strip(v)
	}
	return strings.Join(clean, ", ")
}

// LookAlikes gives the other disks of the inventory that nobody could tell from d by name: they have the same model,
// serial, WWN, size and sector size, be those present or absent. Only the place where they are plugged in, the
// kernel's names and numbers for them, and what is written on them differ.
func LookAlikes(inventory Inventory, d Disk) []Disk {
	var found []Disk
	for _, other := range inventory.Disks {
		if other.Path != d.Path && alike(other.Identity, d.Identity) {
			found = append(found, other)
		}
	}
	return found
}

func alike(a, b Identity) bool {
	return a.Kind == b.Kind && a.Model == b.Model && a.Serial == b.Serial && a.WWN == b.WWN &&
		a.Bytes == b.Bytes && a.Logical == b.Logical
}
