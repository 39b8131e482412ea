package verify_test

import (
	"context"
	"errors"
	"sync"

	"lethe/engine/layout"
	"lethe/engine/target"
	"lethe/engine/tool"
)

type image = target.Image

// device stands for a real disk: its table is in an image, and its partitions are files.
type device struct {
	*image
	parts map[layout.Role]string
}

func (device) Image() bool { return false }

func (d device) Partition(_ context.Context, p layout.Partition, _ target.Access, do func(string) error) error {
	return do(d.parts[p.Role])
}

// tools are the real ones, but for the firmware and for the opened container, which need a machine.
type tools struct {
	tool.Exec
	inside   string // stands for /dev/mapper/crypted
	firmware string // what efibootmgr prints
	fails    error
	lacks    string
}

func (r tools) Missing(names ...string) []string {
	for _, name := range names {
		if name == r.lacks {
			return []string{name}
		}
	}
	if names[0] == "efibootmgr" {
		return nil
	}
	return r.Exec.Missing(names...)
}

func (r tools) Run(ctx context.Context, call tool.Call) (tool.Result, error) {
	if call.Command.Name == "efibootmgr" {
		return tool.Result{Stdout: []byte(r.firmware)}, errors.Join(r.fails, context.Cause(ctx))
	}
	args := append([]string(nil), call.Command.Args...)
	for i, arg := range args {
		if arg == "/dev/mapper/crypted" {
			args[i] = r.inside
		}
	}
	call.Command.Args = args
	if ctx.Err() != nil || call.Secret != nil {
		return r.Exec.Run(ctx, call)
	}
	run, _ := answers.LoadOrStore(call.Command.Shell(), sync.OnceValues(func() (tool.Result, error) { return r.Exec.Run(ctx, call) }))
	return run.(func() (tool.Result, error))()
}

// answers are what the real tools said of disks that no test changes: each is asked once.
var answers sync.Map
