//go:build vm

// Command take prints a census of the folder that it is given.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"lethe/engine/vmtest/census"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	if err := errors.Join(census.Take(os.Args[1], out), out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
