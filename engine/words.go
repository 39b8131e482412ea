package engine

import (
	_ "embed"
	"strings"
)

//go:embed words.txt
var words string

// kernel is what the kernel says through Go, as the cause of an error.
var kernel = []string{
	"open %s: %w", "read %s: %w", "write %s: %w", "stat %s: %w", "lstat %s: %w", "mkdir %s: %w", "remove %s: %w", "rename %s %s: %w",
	"broken pipe", "context canceled", "context deadline exceeded", "device or resource busy", "directory not empty", "file already exists",
	"file does not exist", "file exists", "input/output error", "is a directory", "network is unreachable", "no such device", "no such device or address",
	"no such file or directory", "no space left on device", "not a directory", "operation not permitted", "permission denied", "read-only file system",
	"signal: killed", "text file busy", "too many open files", "unexpected EOF",
}

// Words lists what the engine says to people, each text once and in English, so that others can have translations of it. A text with
// values in it is the template that package fmt is given. The list is made of the engine's source: go test ./engine -run Words -update.
func Words() []string {
	return append(strings.Split(strings.TrimSuffix(words, "\n"), "\n"), kernel...)
}
