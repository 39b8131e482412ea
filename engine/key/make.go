package key

import (
	"context"
	"errors"
	"fmt"

	"lethe/engine/command"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// payload is what a partition must have behind the header for cryptsetup to take it.
const payload = quantity.MiB

// format has cryptsetup make a header in memory. On an error nothing is left.
func format(ctx context.Context, tools tool.Runner, c command.Container, passphrase *secret.Secret) (_ *Header, err error) {
	before, err := tool.ReadMemory()
	if err != nil {
		return nil, err
	}
	if need := derivation(c.KDF, before); before.Available < need {
		return nil, fmt.Errorf("%s of memory are free, and the derivation may take %s", before.Available.Human(), need.Human())
	}
	volume, err := secret.Random(command.VolumeKeyBytes)
	if err != nil {
		return nil, err
	}
	h := &Header{key: volume, area: &area{}}
	defer func() {
		if err != nil {
			h.Wipe()
		}
	}()
	if !volume.Locked() {
		return nil, errors.New("the volume key cannot be kept from swap")
	}
	if h.area, err = newArea(c.DataOffset + payload); err != nil {
		h.area = &area{}
		return nil, err
	}
	h.bytes = h.area.bytes[:c.DataOffset]
	if err := h.fill(ctx, tools, c, passphrase); err != nil {
		return nil, err
	}
	if most := before.Available / 4; h.Made.Memory > most {
		h.Notes = append(h.Notes, fmt.Sprintf("cryptsetup chose %s of memory for the key derivation, which is more than a quarter of the %s that were free. "+
			"Opening the disk takes as much each time.", h.Made.Memory.Human(), before.Available.Human()))
	}
	return h, nil
}

// fill runs luksFormat and looks at what it made.
func (h *Header) fill(ctx context.Context, tools tool.Runner, c command.Container, passphrase *secret.Secret) error {
	_, err := tools.Run(ctx, tool.Call{
		Command: command.FormatLUKSWithKey(command.FilePath, c), Secret: passphrase, Key: h.key, File: h.area.file,
	})
	if err != nil {
		return err
	}
	if h.Made, err = tool.ReadHeaderFile(ctx, tools, h.area.file); err != nil {
		return err
	}
	return h.judge(c)
}

// Most memory that cryptsetup takes for a derivation that it measures itself, and what else must stay free.
const (
	mostMeasured = quantity.GiB
	reserve      = 192 * quantity.MiB
)

// derivation is how much memory must be free for one.
func derivation(k command.KDF, m tool.Memory) quantity.Bytes {
	if k != (command.KDF{}) {
		return quantity.Bytes(k.MemoryKiB)*quantity.KiB + reserve
	}
	return min(mostMeasured, m.Total/2) + reserve
}
