package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"lethe/engine/command"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// lookName is the mapping that a disk is looked into by. It is not the name that the system uses.
const lookName = "lethe-look"

// lookDeadline bounds the letting go after a look.
const lookDeadline = time.Minute

// Look mounts the file system of a nix partition so that nothing can be written to it, and calls do with the folder. With a
// passphrase the partition is a container that is opened for reading first. On every way out it is unmounted and closed; what
// a kill leaves is noted in the record, like all that a run takes.
func (m *Machine) Look(ctx context.Context, partition string, passphrase *secret.Secret, do func(folder string) error) (err error) {
	defer func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), lookDeadline)
		defer stop()
		err = errors.Join(err, m.letGo(ctx, tree, mapper))
	}()
	if passphrase != nil {
		if err := m.take(mapper, lookName); err != nil {
			return err
		}
		if err := m.unlock(ctx, command.LookLUKS(partition, lookName), passphrase); err != nil {
			return err
		}
		partition = "/dev/mapper/" + lookName
	}
	return m.peek(ctx, partition, do)
}

// unlock opens a container that was encrypted some time ago.
func (m *Machine) unlock(ctx context.Context, c command.Command, passphrase *secret.Secret) error {
	_, err := m.Tools.Run(ctx, tool.Call{Command: c, Secret: passphrase})
	if errors.Is(err, tool.ErrPassphrase) {
		err = fmt.Errorf("%w; type the one that the disk was encrypted with, and mind the keyboard's layout", err)
	}
	if err != nil {
		return fmt.Errorf("cannot open the encrypted partition: %w", err)
	}
	return nil
}

// peek is [Machine.Look] for a file system that needs no opening. It lets go of no more than it took.
func (m *Machine) peek(ctx context.Context, partition string, do func(folder string) error) (err error) {
	at := m.path(plan.Look)
	if err := os.Mkdir(at, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("cannot look into %s: %w", partition, err)
	}
	if err := m.take(tree, plan.Look); err != nil {
		return err
	}
	defer func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), lookDeadline)
		defer stop()
		err = errors.Join(err, m.letGoOf(ctx, thing{tree, plan.Look}))
	}()
	if _, err := m.Tools.Run(ctx, tool.Call{Command: command.LookExt4(partition, plan.Look)}); err != nil {
		return fmt.Errorf("cannot look into %s: %w", partition, err)
	}
	return do(at)
}
