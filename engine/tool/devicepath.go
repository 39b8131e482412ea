package tool

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
)

// hardDrive is a partition in the text of a device path, and what follows it.
var hardDrive = regexp.MustCompile(`(?:^|/)HD\(([0-9]{1,10}),(GPT|MBR),([0-9A-Fa-f-]{36}|0x[0-9a-f]{1,8}),0x[0-9a-f]+,0x[0-9a-f]+\)(?:/(.*))?$`)

// readPath reads a device path from its text: "HD(1,GPT,…)/File(\EFI\…)" up to libefivar 38, "HD(1,GPT,…)/\EFI\…" since. Optional
// data follow without a separator, so the file's name ends at its first ".efi".
func readPath(text string) (partUUID, file string) {
	found := hardDrive.FindStringSubmatch(text)
	if found == nil {
		return "", ""
	}
	partUUID, rest := strings.ToLower(found[3]), found[4]
	if found[2] == "MBR" {
		number, _ := strconv.ParseUint(found[1], 10, 32) // ten digits may be more than 32 bits: the largest then, which no table has
		signature, err := strconv.ParseUint(found[3], 0, 32)
		if err != nil {
			return "", ""
		}
		partUUID = mbrUUID(uint32(signature), uint32(number))
	}
	name, wrapped := strings.CutPrefix(rest, "File(")
	if end := strings.Index(strings.ToLower(name), ".efi"); end >= 0 && len(strings.ToLower(name)) == len(name) {
		return partUUID, name[:end+len(".efi")]
	}
	if wrapped {
		name, _, _ = strings.Cut(name, ")")
	}
	return partUUID, name
}

// Types and subtypes of device path nodes (UEFI specification, 10.3).
const (
	mediaPath     = 4
	mediaDrive    = 1
	mediaFile     = 4
	endPath       = 0x7f
	nodeHeader    = 4
	driveLength   = 42
	signatureMBR  = 1
	signatureGUID = 2
)

// readDevicePath reads a device path from its bytes, which efibootmgr prints as "04 01 2a 00 … / 04 04 … / 7f ff 04 00".
func readDevicePath(text string) (partUUID, file string, err error) {
	data, err := hex.DecodeString(strings.NewReplacer(" ", "", "/", "").Replace(text))
	if err != nil {
		return "", "", fmt.Errorf("cannot read device path: %w", err)
	}
	for len(data) >= nodeHeader {
		kind, subtype, length := data[0], data[1], int(binary.LittleEndian.Uint16(data[2:]))
		if length < nodeHeader || length > len(data) {
			break
		}
		node := data[:length]
		data = data[length:]
		switch {
		case kind == endPath:
			return partUUID, file, nil
		case kind == mediaPath && subtype == mediaDrive && length == driveLength:
			partUUID = driveUUID(node)
		case kind == mediaPath && subtype == mediaFile:
			file += ucs2(node[nodeHeader:])
		}
	}
	return "", "", errors.New("cannot read device path: it has no end")
}

// driveUUID is the identity of a partition in its node: number, start, size, signature, format, kind of signature.
func driveUUID(node []byte) string {
	number, signature := binary.LittleEndian.Uint32(node[4:]), node[24:40]
	switch node[41] {
	case signatureGUID:
		little := binary.LittleEndian
		return fmt.Sprintf("%08x-%04x-%04x-%x-%x", little.Uint32(signature), little.Uint16(signature[4:]), little.Uint16(signature[6:]), signature[8:10], signature[10:])
	case signatureMBR:
		return mbrUUID(binary.LittleEndian.Uint32(signature), number)
	}
	return ""
}

// mbrUUID is what the kernel calls a partition of an MBR.
func mbrUUID(signature, number uint32) string { return fmt.Sprintf("%08x-%02x", signature, number) }

// ucs2 decodes a string up to its NUL.
func ucs2(data []byte) string {
	var units []uint16
	for ; len(data) >= 2; data = data[2:] {
		unit := binary.LittleEndian.Uint16(data)
		if unit == 0 {
			break
		}
		units = append(units, unit)
	}
	return string(utf16.Decode(units))
}
