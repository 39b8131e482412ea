// Package tool runs outside programs: one small wrapper per program, with its exit codes turned into named errors.
//
// It guarantees that programs are found in fixed places and never through the caller's PATH, run in a clean
// environment in their own process group, die with the engine, leave nothing running, get secrets only through a pipe, and that
// their output is bounded in memory while its end, where the real error stands, is always kept. It decides nothing.
package tool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"lethe/engine/command"
	"lethe/engine/secret"
)

// Call is one run of a command.
type Call struct {
	Command command.Command
	Secret  *secret.Secret // required where the command names one
	// Line is called for each line of output, one call at a time. It may be nil. Of a line of more than 4096 bytes the rest
	// comes as the next line.
	Line func(string)
	// Stream says that standard output is only handed out line by line: it may be of any length, and Result.Stdout is empty.
	Stream bool
	// Record is called for each line that the program writes to its file descriptor 3, never at the same time as Line. When it
	// is nil, the program has no such descriptor. These lines are not in the error.
	Record func(string)
	// Key is a volume key for a program that reads it from [command.KeyPath], through a pipe. At most 4096 bytes; nil for none.
	// A call has a Key, a Record, or neither.
	Key *secret.Secret
	// File is what the program finds at [command.FilePath], open for reading and writing; nil for none.
	File *os.File
}

// Result is what a program left behind.
type Result struct {
	Stdout []byte
	Stderr string // its first lines
}

// Runner runs calls. Tests script a fake one; [Exec] is the real one.
type Runner interface {
	Run(ctx context.Context, call Call) (Result, error)
	// Missing gives the names that cannot be found, in the order asked.
	Missing(names ...string) []string
}

// Errors that callers tell apart.
var (
	ErrNotFound   = errors.New("not found")
	ErrPassphrase = errors.New("wrong passphrase")
	ErrNoMemory   = errors.New("not enough memory")
	ErrInUse      = errors.New("device in use")
	ErrTooMuch    = errors.New("too much output")
	ErrNotBegun   = errors.New("it could not be started") // and so has changed nothing
)

// Error is a program that failed. It keeps the last lines of what the program said.
type Error struct {
	Command command.Command
	Exit    int    // exit code, -1 when killed by a signal
	Tail    string // last lines of its output
	Cause   error  // one of the errors above, the context's, or what the system said
}

// Error reads "cannot run NAME: cause: what it said".
func (e *Error) Error() string {
	text := fmt.Sprintf("cannot run %s: %v", e.Command.Name, e.Cause)
	if tail := strings.TrimSpace(e.Tail); tail != "" {
		text += ":\n" + tail
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// exitCauses turns exit codes into causes, by program. cryptsetup(8) and fsck(8) document theirs.
var exitCauses = map[string]map[int]error{
	"cryptsetup": {2: ErrPassphrase, 3: ErrNoMemory, 4: ErrNotFound, 5: ErrInUse},
	"fsck.vfat":  {1: errors.New("the file system has errors")},
	"e2fsck":     {1: errors.New("the file system had errors"), 4: errors.New("the file system has errors")},
	"parted":     {1: errors.New("not aligned, or no such partition")},
}

// exitCause names an exit code.
func exitCause(name string, code int) error {
	if cause, ok := exitCauses[name][code]; ok {
		return cause
	}
	return fmt.Errorf("it exited with code %d", code)
}
