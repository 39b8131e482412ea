package tool

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// mostKey is what a pipe takes at once, whoever reads it or not.
const mostKey = 4096

// Descriptors of [command.KeyPath] and [command.FilePath], counted from the first that is not a standard one.
const (
	keyPlace = iota
	filePlace
)

// give gives cmd the key and the file of the call; taken is to be called when the program has ended.
func give(cmd *exec.Cmd, call Call) (taken func(), err error) {
	taken = func() {}
	if call.Key == nil && call.File == nil {
		return taken, nil
	}
	if len(cmd.ExtraFiles) > 0 {
		return nil, fmt.Errorf("cannot run %s: it cannot have a key or a file beside a stream of records", call.Command.Name)
	}
	cmd.ExtraFiles = make([]*os.File, filePlace+1) // what stays nil is closed in the program
	if call.Key != nil {
		pipe, err := keyPipe(call)
		if err != nil {
			return nil, fmt.Errorf("cannot hand the key to %s: %w", call.Command.Name, err)
		}
		cmd.ExtraFiles[keyPlace], taken = pipe, func() { _ = pipe.Close() }
	}
	cmd.ExtraFiles[filePlace] = call.File
	return taken, nil
}

// keyPipe is a pipe that holds the key and whose other end is closed. What was not read is gone when it is closed.
func keyPipe(call Call) (*os.File, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	err = call.Key.Use(func(key []byte) error {
		if len(key) > mostKey {
			return fmt.Errorf("it has %d bytes, and %d is the most", len(key), mostKey)
		}
		_, err := write.Write(key)
		return err
	})
	if err = errors.Join(err, write.Close()); err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return read, nil
}
