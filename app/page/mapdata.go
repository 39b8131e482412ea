package page

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2/lang"

	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/layout"
)

// mapOf is a map of the session as the widget draws it.
func mapOf(m session.Map) widget.MapData {
	data := widget.MapData{SectorSize: m.SectorSize, DiskSectors: m.Sectors, Grain: m.Grain}
	for _, b := range m.Blocks {
		if b.Kind == session.BlockTable {
			continue
		}
		data.Blocks = append(data.Blocks, blockOf(b))
	}
	for _, b := range m.Boundaries {
		data.Boundaries = append(data.Boundaries, widget.Boundary{
			Sector: b.Sector, Level: b.Level,
			Movable: b.Movable, Least: b.Least, Most: b.Most, Step: m.Grain.Optimal,
		})
	}
	return data
}

func blockOf(b session.Block) widget.Block {
	block := widget.Block{
		ID: blockID(b), Name: blockName(b), SizeText: look.Number(b.Size), Detail: blockDetail(b), First: b.First, Last: b.Last, Encrypted: b.Encrypted,
	}
	switch {
	case b.Kind == session.BlockESP:
		block.Kind = widget.KindESP
	case b.Kind == session.BlockSwap:
		block.Kind = widget.KindSwap
	case b.Kind == session.BlockNix && b.Encrypted, b.Kind == session.BlockOther && b.Encrypted:
		block.Kind = widget.KindLUKS
	case b.Kind == session.BlockNix:
		block.Kind = widget.KindNix
	case b.Kind == session.BlockFree:
		block.Kind = widget.KindFree
	default:
		block.Kind = widget.KindOther
	}
	return block
}

// blockID is the role of a planned partition, or the sector of what is there.
func blockID(b session.Block) string {
	if b.Role != "" {
		return string(b.Role)
	}
	return fmt.Sprintf("at-%d", b.First)
}

func blockName(b session.Block) string {
	switch {
	case b.Role != "":
		return b.Name
	case b.Name == "":
		return Say(b.Title)
	case b.Label != "":
		return b.Name + " “" + b.Label + "”"
	}
	return b.Name + " (" + Say(b.Title) + ")"
}

func blockDetail(b session.Block) string {
	parts := []string{Say(b.Title)}
	if b.Encrypted {
		parts = append(parts, lang.L("encrypted"))
	}
	if b.Filesystem != "" && b.Role != "" {
		parts = append(parts, b.Filesystem)
	}
	if b.Label != "" {
		parts = append(parts, lang.L("label {{.Label}}", map[string]string{"Label": b.Label}))
	}
	if used := Say(b.Used); used != "" {
		parts = append(parts, used)
	}
	return strings.Join(parts, " · ")
}

// roleOf is the role that a block's ID names.
func roleOf(id string) layout.Role { return layout.Role(id) }
