package session

import (
	"strings"

	"lethe/engine/config"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// ChoiceKey names a toggle.
type ChoiceKey string

// The toggles. Values of one wish come one after the other.
const (
	ChoiceReal           ChoiceKey = "real" // installing for real
	ChoiceEncryption     ChoiceKey = "encryption"
	ChoiceDiscards       ChoiceKey = "encryption.allow_discards"
	ChoiceSwapNone       ChoiceKey = "swap.none"
	ChoiceSwapPlain      ChoiceKey = "swap.plain"
	ChoiceSwapRandom     ChoiceKey = "swap.random-key"
	ChoiceKeepPlain      ChoiceKey = "swap.keep_plain"
	ChoiceHibernate      ChoiceKey = "hibernate"
	ChoiceDualBoot       ChoiceKey = "dual-boot"
	ChoicePlasma         ChoiceKey = "desktop.plasma"
	ChoiceGnome          ChoiceKey = "desktop.gnome"
	ChoiceNoDesktop      ChoiceKey = "desktop.none"
	ChoiceNetworkManager ChoiceKey = "network.networkmanager"
	ChoiceDHCP           ChoiceKey = "network.dhcp"
	ChoiceBluetooth      ChoiceKey = "services.bluetooth"
	ChoiceSSH            ChoiceKey = "services.ssh"
	ChoicePrinting       ChoiceKey = "services.printing"
	ChoiceDocker         ChoiceKey = "services.docker"
	ChoicePodman         ChoiceKey = "services.podman"
	ChoiceLibvirt        ChoiceKey = "services.libvirt"
	ChoiceFlatpak        ChoiceKey = "services.flatpak"
	ChoiceTailscale      ChoiceKey = "services.tailscale"
	ChoiceSteam          ChoiceKey = "services.steam"
	ChoiceLethe          ChoiceKey = "lethe"
)

// Choice is one toggle.
type Choice struct {
	Key   ChoiceKey
	Label Text
	// On tells that it is in effect.
	On bool
	// Enabled tells that it can be changed; otherwise Why says why not.
	Enabled bool
	Why     Text
	// Warning says what it means now; it is empty where nothing has to be said.
	Warning Text
	// About says in a clause what it is, for who has not met the name; it is empty where the label says it.
	About Text
}

// Choices lists every toggle in the order of the pages.
func (s *State) Choices() []Choice {
	list := []Choice{s.realChoice()}
	list = append(list, s.encryptionChoices()...)
	list = append(list, s.swapChoices()...)
	list = append(list, s.keepPlainChoice(), s.hibernateChoice(), Choice{
		Key: ChoiceDualBoot, Label: say("Keep another system on this disk"),
		Why: say("Lethe takes a whole disk. Keeping or resizing what is on it is out of scope for now; give Lethe a disk of its own, and choose between the systems in the firmware's boot menu."),
	})
	list = append(list, s.desktopChoices()...)
	return append(list, s.serviceChoices()...)
}

// Choice is one toggle; an unknown key gives one that is disabled.
func (s *State) Choice(key ChoiceKey) Choice {
	for _, c := range s.Choices() {
		if c.Key == key {
			return c
		}
	}
	return Choice{Key: key}
}

func (s *State) realChoice() Choice {
	c := Choice{Key: ChoiceReal, Label: say("Install on a disk of this machine"), On: !s.Rehearsal, Enabled: true}
	if s.Checks.Live != Yes {
		c.Enabled = false
		c.Why = say("This is not a live session, so Lethe only rehearses here. Start the live medium to install.")
	}
	return c
}

func (s *State) encryptionChoices() []Choice {
	on := s.Draft.Wishes.Encryption.Enable
	discards := Choice{
		Key: ChoiceDiscards, Label: say("Tell the disk through the encryption which blocks are free (TRIM)"), On: on && s.Draft.Wishes.Encryption.AllowDiscards, Enabled: on,
	}
	if !on {
		discards.Why = say("Without encryption TRIM reaches the disk anyway.")
	} else if discards.On {
		discards.Warning = say("Whoever holds the disk can see which blocks are free.")
	}
	return []Choice{
		{Key: ChoiceEncryption, Label: say("Encrypt everything that is kept"), On: on, Enabled: true, Warning: s.encryptionWarning()},
		discards,
	}
}

func (s *State) encryptionWarning() Text {
	switch w := s.Draft.Wishes; {
	case !w.Encryption.Enable:
		return say("Whoever holds the disk can read everything on it.")
	case w.SwapMode() == config.SwapRandomKey:
		return say("Swap is encrypted too, with a new key at every boot.")
	}
	return Text{}
}

// readable is the sentence that belongs to plain swap beside encryption.
func readable() Text {
	return say("Memory, including passwords and open files, will be readable on the disk.")
}

func (s *State) swapChoices() []Choice {
	w := s.Draft.Wishes
	mode := w.SwapMode()
	none := Choice{Key: ChoiceSwapNone, Label: say("No swap"), On: mode == config.SwapNone, Enabled: true}
	if memory := s.Memory(); memory > 0 && memory < swaplessMemory {
		none.Warning = say("With {{.Memory}} of memory and no swap, programs may be ended when memory runs out, and building the system may fail.", "Memory", memory.Human())
	}
	plain := Choice{Key: ChoiceSwapPlain, Label: say("Plain swap"), On: mode == config.SwapPlain, Enabled: true}
	if w.Encryption.Enable {
		plain.Warning = readable()
	}
	random := Choice{Key: ChoiceSwapRandom, Label: say("Swap with a new key at every boot"), On: mode == config.SwapRandomKey, Enabled: true}
	if random.On {
		random.Warning = say("The machine cannot hibernate.")
	}
	return []Choice{none, plain, random}
}

// swaplessMemory is below what a machine should have swap.
const swaplessMemory = 4 * quantity.GiB

// keepPlainChoice is the consent to plain swap beside encryption. It is asked for where that is chosen.
func (s *State) keepPlainChoice() Choice {
	w := s.Draft.Wishes
	c := Choice{Key: ChoiceKeepPlain, Label: say("I accept that memory can be read on the disk"), Enabled: w.Encryption.Enable && w.SwapMode() == config.SwapPlain}
	c.On = c.Enabled && w.Swap.KeepPlain
	if !c.Enabled {
		c.Why = say("This only matters with plain swap beside encryption.")
	}
	return c
}

func (s *State) hibernateChoice() Choice {
	c := Choice{Key: ChoiceHibernate, Label: say("Hibernation")}
	memory := s.Memory()
	l, err := s.Preview()
	c.On = err == nil && l.Hibernate
	switch becomes, fits := s.hibernating(); {
	case memory == 0:
		c.Why = say("The size of memory is not known, so nobody can tell whether swap would hold it.")
	case !fits:
		c.Why = say("The disk has no room for swap that holds {{.Memory}} of memory.", "Memory", memory.Human())
	default:
		c.Enabled = true
		if !c.On {
			c.Warning = s.hibernateWarning(becomes)
		}
	}
	return c
}

// hibernateWarning says beforehand what hibernation makes of swap and of the room for all else.
func (s *State) hibernateWarning(becomes layout.Layout) Text {
	size := func(role layout.Role) string {
		part, _ := becomes.Find(role)
		return becomes.Size(part).Human()
	}
	if swap, nix := size(layout.Swap), size(layout.Nix); len(becomes.Partitions) > 0 {
		if s.Draft.Wishes.Encryption.Enable {
			return say("Swap becomes plain and {{.Swap}} large, to hold all memory; {{.Nix}} are left for the system and your files. You are asked to accept plain swap.", "Swap", swap, "Nix", nix)
		}
		return say("Swap becomes {{.Swap}} large, to hold all memory; {{.Nix}} are left for the system and your files.", "Swap", swap, "Nix", nix)
	}
	return Text{} // no disk is chosen yet
}

func (s *State) desktopChoices() []Choice {
	w := s.Draft.Wishes.WithDefaults()
	desktop, network := w.Desktop.Environment, w.Host.Network
	list := []Choice{
		{Key: ChoicePlasma, Label: say("Plasma"), On: desktop == "plasma", Enabled: true, About: say("KDE's desktop: a panel and a menu, as in Windows, and much that can be set.")},
		{Key: ChoiceGnome, Label: say("GNOME"), On: desktop == "gnome", Enabled: true, About: say("A plain desktop with little to set: one key shows all windows and programs.")},
		{Key: ChoiceNoDesktop, Label: say("No desktop"), On: desktop == "none", Enabled: true, About: say("A text console only: for servers, and for who sets up something else.")},
		{Key: ChoiceNetworkManager, Label: say("NetworkManager"), On: network == "networkmanager", Enabled: true},
		{Key: ChoiceDHCP, Label: say("DHCP only"), On: network == "dhcp", Enabled: true},
	}
	if network == "dhcp" && desktop != "none" {
		list[4].Warning = say("The desktop cannot choose a Wi-Fi network without NetworkManager.")
	}
	return list
}

func (s *State) serviceChoices() []Choice {
	w := s.Wishes()
	headless := w.Desktop.Environment == "none"
	list := []Choice{
		{Key: ChoiceBluetooth, Label: say("Bluetooth"), About: say("Headphones, mice and keyboards without a cable."), On: w.Services.Bluetooth},
		{Key: ChoiceSSH, Label: say("SSH server"), About: say("Lets people log in to this machine over the network."), On: w.Services.SSH},
		{Key: ChoicePrinting, Label: say("Printing"), About: say("Printers, at the cable and in the network."), On: w.Services.Printing},
		{Key: ChoiceDocker, Label: say("Docker"), About: say("Containers, run by a service that is root."), On: w.Services.Docker},
		{Key: ChoicePodman, Label: say("Podman"), About: say("Containers, run without root."), On: w.Services.Podman},
		{Key: ChoiceLibvirt, Label: say("Virtual machines (libvirt)"), About: say("Other systems in a window, with virt-manager."), On: w.Services.Libvirt},
		{Key: ChoiceFlatpak, Label: say("Flatpak"), About: say("Programs from shops such as Flathub, apart from the system."), On: w.Services.Flatpak},
		{Key: ChoiceTailscale, Label: say("Tailscale"), About: say("A private network between your own machines, by an account with Tailscale."), On: w.Services.Tailscale},
		{Key: ChoiceSteam, Label: say("Steam"), About: say("Valve's shop for games."), On: w.Services.Steam},
		{Key: ChoiceLethe, Label: say("The persist explorer of Lethe"), On: w.Lethe.Enable},
	}
	for i := range list {
		list[i].Enabled = true
		if list[i].Key == ChoiceSteam {
			list[i].Enabled, list[i].Why = s.steam(headless)
		}
		list[i].Warning = s.serviceWarning(list[i], headless)
	}
	return list
}

// steam tells whether Steam can be chosen.
func (s *State) steam(headless bool) (bool, Text) {
	switch {
	case headless:
		return false, say("Steam needs a desktop.")
	case strings.HasPrefix(s.Draft.Wishes.Nix.System, "aarch64") || s.Draft.Wishes.Nix.System == "" && s.Checks.Arch == "aarch64":
		return false, say("Steam exists for x86-64 only.")
	}
	return true, Text{}
}

func (s *State) serviceWarning(c Choice, headless bool) Text {
	switch {
	case !c.On:
		return Text{}
	case c.Key == ChoiceFlatpak && headless:
		return say("Most programs of Flatpak need a desktop.")
	case c.Key == ChoiceDocker || c.Key == ChoiceLibvirt:
		return say("Administrators may use it without a password, and it makes them as mighty as root.")
	case c.Key == ChoiceSSH && !s.anyKey():
		return say("Nobody has an SSH key yet, so people log in over the network with their passwords.")
	}
	return Text{}
}

// anyKey tells that a user has an SSH key.
func (s *State) anyKey() bool {
	for _, u := range s.Draft.Wishes.Users {
		if len(u.AuthorizedKeys) > 0 {
			return true
		}
	}
	return false
}
