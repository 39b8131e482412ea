package engine

import (
	"context"
	"errors"
	"fmt"
	"os"

	"lethe/engine/helper"
	"lethe/engine/run"
	"lethe/engine/tool"
)

// Release is the version of this source; FyneApp.toml says the same.
const Release = "0.1.0"

// The window and the command line know the root side by these names.
type (
	// Host is the machine as root can use it: the root side's client, or [Local].
	Host = helper.Host
	// Facts is what root can say about the machine.
	Facts = helper.Facts
	// Running is an installation under way in another process.
	Running = helper.Running
	// Unfinished is an installation that can be continued.
	Unfinished = helper.Unfinished
	// Result is how an installation ended.
	Result = helper.Result
	// Explorer tells what the next boot would forget, and keeps or forgets it: the root side's client, [Local], or [Trees].
	Explorer = helper.Explorer
	// ScanRequest is what a scan tells besides what would be lost.
	ScanRequest = helper.ScanRequest
	// Rehearsed is how a rehearsal ended.
	Rehearsed = run.Result
)

// Connect starts the root side and greets it: lethe-engine serve, by root itself, pkexec or sudo without a password, in this order.
// program is the absolute path of lethe-engine; "" means that this very program is it. Close ends the connection.
func Connect(ctx context.Context, program string) (*helper.Client, error) {
	if program == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("cannot find this program: %w", err)
		}
		program = self
	}
	var tried []tool.Way
	var refusals []error
	for {
		way, err := tool.Elevate(ctx, program, tried...)
		if err != nil {
			return nil, errors.Join(append(refusals, err)...)
		}
		client, err := helper.Connect(ctx, "lethe-engine "+Release, func() (helper.Process, error) {
			return tool.StartElevated(context.WithoutCancel(ctx), way, program, "serve")
		})
		if err == nil {
			return client, nil
		}
		if !errors.Is(err, tool.ErrNotAllowed) {
			return nil, err
		}
		tried, refusals = append(tried, way), append(refusals, err)
	}
}
