// Lethe-engine is the headless side of Lethe: it shows disks, makes and prints plans, rehearses an installation on a
// virtual disk without any privilege, verifies the result, and explains alignment.
//
// Exit codes: 0 done; 1 failed after work had begun; 2 refused before anything was written; 3 a verification found a
// difference; 130 cancelled.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run is main without the process around it.
func run(args []string, io streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	root := newRoot(io)
	root.SetArgs(args)
	return io.report(root.ExecuteContext(ctx))
}
