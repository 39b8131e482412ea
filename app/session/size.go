package session

import (
	"cmp"
	"errors"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// sizeProblem is what is wrong with a size by itself, in one sentence about all that was typed.
func (s *State) sizeProblem(field string) Text {
	if text, typed := s.Draft.Sizes[field]; typed {
		_, err := quantity.ParseTyped(text)
		switch text = device.Clean(text); {
		case errors.Is(err, quantity.ErrUnit):
			return say("Write the unit behind it: {{.Text}} MiB or {{.Text}} GiB.", "Text", text)
		case err != nil:
			return say("“{{.Text}}” is not a size. Write a number with MiB, GiB, MB or GB, such as 8 GiB.", "Text", text)
		}
	}
	switch esp, swap := s.Draft.Wishes.Disk.ESP, s.Draft.Wishes.Swap.Size; {
	case field == FieldESP && esp != 0 && esp < layout.LeastESP:
		return say("The EFI system partition needs at least {{.Size}}; 1 GiB is a good size.", "Size", layout.LeastESP.Human())
	case field == FieldESP && esp > layout.MostESP:
		return say("The EFI system partition never needs more than {{.Size}}; 1 GiB is a good size.", "Size", layout.MostESP.Human())
	case field == FieldSwap && swap != 0 && swap < leastSwap:
		return say("Swap needs at least {{.Size}}. Give it more, or choose no swap.", "Size", leastSwap.Human())
	case field == FieldSwap && swap > mostSwap:
		return say("Swap can have {{.Size}} at most.", "Size", mostSwap.Human())
	}
	return Text{}
}

// tooMuch says that the sizes leave too little for the system; it is empty where they do not.
func (s *State) tooMuch() Text {
	disk, ok := s.Target()
	if !ok {
		return Text{}
	}
	taken := s.taken(disk)
	if taken+layout.LeastNix < disk.Bytes-min(disk.Bytes, 2*quantity.GiB) { // the table and the grain take less than that
		return Text{}
	}
	return say("These sizes take {{.Taken}} of {{.Disk}}. The system needs at least {{.Least}} beside them.",
		"Taken", taken.Human(), "Disk", disk.Bytes.Human(), "Least", layout.LeastNix.Human())
}

// taken is what the ESP and swap take of a disk. What is Lethe's to choose is what it chooses without wishes for the other.
func (s *State) taken(disk device.Disk) quantity.Bytes {
	w := s.Wishes()
	esp, swap := w.Disk.ESP, w.Swap.Size
	w.Disk.ESP, w.Swap.Size = 0, 0
	own, _ := layout.Build(disk, s.Memory(), w, s.Entropy()) // without one, nothing is chosen
	size := func(role layout.Role, wished quantity.Bytes) quantity.Bytes {
		part, _ := own.Find(role)
		return cmp.Or(wished, part.Wished)
	}
	if w.SwapMode() == config.SwapNone {
		return size(layout.ESP, esp)
	}
	return size(layout.ESP, esp) + size(layout.Swap, swap)
}

// SizesWrong tells that what is typed as sizes makes no layout, so that [State.After] shows another one, or none.
func (s *State) SizesWrong() bool {
	for _, p := range s.Problems(PageLayout) {
		if p.Blocks && (p.Field == FieldESP || p.Field == FieldSwap || p.Field == FieldLayout) {
			return true
		}
	}
	return false
}
