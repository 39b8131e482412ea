package session

import (
	"lethe/engine/config"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Set switches a toggle and tells whether that was possible. Where the toggle is one value of several (swap, desktop, network),
// only switching on means something. What a change makes impossible is put out of effect, and comes back with it.
func (s *State) Set(key ChoiceKey, on bool) bool {
	c := s.Choice(key)
	if key == ChoiceReal {
		return s.SetRehearsal(!on)
	}
	if !c.Enabled {
		return false
	}
	w := &s.Draft.Wishes
	switch key {
	case ChoiceEncryption:
		s.setEncryption(on)
	case ChoiceDiscards:
		w.Encryption.AllowDiscards = on
	case ChoiceKeepPlain:
		w.Swap.KeepPlain = on
	case ChoiceHibernate:
		s.setHibernate(on)
	case ChoiceLethe:
		w.Lethe.Enable = on
	default:
		return s.setValue(key, on) || s.setService(key, on)
	}
	return true
}

// setEncryption switches encryption. Plain swap is then Lethe's choice again, which is a random key, unless its plainness was
// accepted; without encryption that choice is plain swap again.
func (s *State) setEncryption(on bool) {
	w := &s.Draft.Wishes
	w.Encryption.Enable = on
	if on && w.Swap.Mode == config.SwapPlain && !w.Swap.KeepPlain {
		w.Swap.Mode = config.SwapAuto
	}
}

// setHibernate makes swap plain and as large as memory, or gives its size back to Lethe, and its mode where plain was not accepted.
func (s *State) setHibernate(on bool) {
	w := &s.Draft.Wishes
	s.Draft.remember(FieldSwap, "")
	if !on {
		if w.Encryption.Enable && !w.Swap.KeepPlain {
			w.Swap.Mode = config.SwapAuto
		}
		w.Swap.Size = 0 // Lethe's own choice may be as large as memory
		if l, err := s.Preview(); err == nil && l.Hibernate {
			w.Swap.Size = max(leastSwap, s.Memory()/2/quantity.MiB*quantity.MiB)
		}
		return
	}
	w.Swap.Mode = config.SwapPlain
	w.Swap.Size = max(w.Swap.Size, hibernation(s.Memory()))
}

// hibernation is the swap that holds all of memory, in whole MiB.
func hibernation(memory quantity.Bytes) quantity.Bytes {
	return (memory + quantity.MiB - 1) / quantity.MiB * quantity.MiB
}

// hibernating is the layout with swap for hibernation, and whether the disk has room for that; without a disk nothing says otherwise.
func (s *State) hibernating() (layout.Layout, bool) {
	disk, ok := s.Target()
	if !ok {
		return layout.Layout{}, true
	}
	w := s.Wishes()
	w.Swap.Mode, w.Swap.KeepPlain = config.SwapPlain, true
	w.Swap.Size = max(w.Swap.Size, hibernation(s.Memory()), leastSwap)
	l, err := layout.Build(disk, s.Memory(), w, s.Entropy())
	if err != nil { // perhaps for the sizes that were typed, which have messages of their own
		w.Disk.ESP, w.Swap.Size = 0, max(hibernation(s.Memory()), leastSwap)
		l, err = layout.Build(disk, s.Memory(), w, s.Entropy())
	}
	return l, err == nil
}

// setValue chooses one value of several.
func (s *State) setValue(key ChoiceKey, on bool) bool {
	w := &s.Draft.Wishes
	modes := map[ChoiceKey]config.SwapMode{
		ChoiceSwapNone: config.SwapNone, ChoiceSwapPlain: config.SwapPlain, ChoiceSwapRandom: config.SwapRandomKey,
	}
	texts := map[ChoiceKey]struct {
		wish  *string
		value string
	}{
		ChoicePlasma: {&w.Desktop.Environment, "plasma"}, ChoiceGnome: {&w.Desktop.Environment, "gnome"},
		ChoiceNoDesktop:      {&w.Desktop.Environment, "none"},
		ChoiceNetworkManager: {&w.Host.Network, "networkmanager"}, ChoiceDHCP: {&w.Host.Network, "dhcp"},
	}
	if mode, ok := modes[key]; ok && on {
		if mode != config.SwapPlain && w.Swap.Size == hibernation(s.Memory()) {
			w.Swap.Size = 0 // which was for hibernation alone
		}
		w.Swap.Mode = mode
		w.Swap.KeepPlain = w.Swap.KeepPlain && mode == config.SwapPlain // whoever comes back to it is asked anew
		return true
	}
	if text, ok := texts[key]; ok && on {
		*text.wish = text.value
		return true
	}
	return false
}

func (s *State) setService(key ChoiceKey, on bool) bool {
	services := &s.Draft.Wishes.Services
	wish, ok := map[ChoiceKey]*bool{
		ChoiceBluetooth: &services.Bluetooth, ChoiceSSH: &services.SSH, ChoicePrinting: &services.Printing,
		ChoiceDocker: &services.Docker, ChoicePodman: &services.Podman, ChoiceLibvirt: &services.Libvirt,
		ChoiceFlatpak: &services.Flatpak, ChoiceTailscale: &services.Tailscale, ChoiceSteam: &services.Steam,
	}[key]
	if ok {
		*wish = on
	}
	return ok
}

// SetSize takes a size as it was typed into the field [FieldImage], [FieldESP] or [FieldSwap]; an empty text gives the choice back
// to Lethe. What is no size is kept, and [State.Problems] says so.
func (s *State) SetSize(field, text string) {
	wish, ok := map[string]*quantity.Bytes{
		FieldImage: &s.Draft.Image, FieldESP: &s.Draft.Wishes.Disk.ESP, FieldSwap: &s.Draft.Wishes.Swap.Size,
	}[field]
	if !ok {
		return
	}
	size, err := quantity.Bytes(0), error(nil)
	if text != "" {
		size, err = quantity.ParseTyped(text)
	} else if field == FieldImage {
		size = defaultImage
	}
	if err != nil {
		s.Draft.remember(field, text)
		return
	}
	s.Draft.remember(field, "")
	*wish = size
}

// Size is the text for an entry: what was typed, or the size that was wished for; "" when it is Lethe's to choose.
func (s *State) Size(field string) string {
	if text, ok := s.Draft.Sizes[field]; ok {
		return text
	}
	size := map[string]quantity.Bytes{FieldImage: s.Draft.Image, FieldESP: s.Draft.Wishes.Disk.ESP, FieldSwap: s.Draft.Wishes.Swap.Size}[field]
	if size == 0 {
		return ""
	}
	return size.String()
}
