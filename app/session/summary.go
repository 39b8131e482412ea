package session

import (
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
)

// Chosen is one line of what was chosen, in plain words, and the page where it is.
type Chosen struct {
	Page  Page
	Label Text
	// Says are the parts of it, such as one for each user.
	Says []Text
	// Field is the key of the wish whose value is a name that a page knows words for, such as that of a language; else it is empty.
	Field string
}

// Summary is everything that the plan was made from. There must be one.
func (s *State) Summary() []Chosen {
	w := s.Plan.Wishes.WithDefaults()
	list := []Chosen{
		{Page: PageDisk, Label: say("Disk"), Says: []Text{s.diskSummary()}},
		{Page: PageDisk, Label: say("What is lost"), Says: []Text{s.lossSummary()}},
		{Page: PageEncryption, Label: say("Encryption"), Says: encryptionSummary(w)},
		{Page: PageLayout, Label: say("Swap"), Says: []Text{swapSummary(s.Plan.Layout)}},
		{Page: PageAccount, Label: say("Computer's name"), Says: []Text{quote(w.Host.Name)}},
		{Page: PageAccount, Label: say("Users"), Says: userSummary(w.Users)},
		{Page: PageWelcome, Label: say("Language"), Says: []Text{quote(w.Locale.Language)}, Field: "locale.language"},
		{Page: PageWelcome, Label: say("Keyboard"), Says: keyboardSummary(w.Locale)},
		{Page: PageWelcome, Label: say("Time zone"), Says: []Text{quote(w.Locale.TimeZone)}, Field: "locale.time_zone"},
	}
	if own := s.Plan.Configuration.Own; own != nil {
		return append(list, Chosen{Page: PageSystem, Label: say("Configuration"), Says: []Text{say("Your own, from {{.Source}}", "Source", own.Source)}})
	}
	return append(list,
		Chosen{Page: PageSystem, Label: say("Desktop"), Says: s.labels(s.desktopChoices()[:3])},
		Chosen{Page: PageSystem, Label: say("Services"), Says: s.labels(s.serviceChoices())},
		Chosen{Page: PageSystem, Label: say("Kept in each home"), Says: homeSummary(w.Persistence)},
	)
}

func (s *State) diskSummary() Text {
	if s.Plan.Target.Kind != device.KindDisk {
		return say("A virtual disk of {{.Size}}, which is a file", "Size", s.Plan.Target.Bytes.Human())
	}
	return quote(s.Plan.Describe())
}

func (s *State) lossSummary() Text {
	switch {
	case s.Plan.Target.Kind != device.KindDisk:
		return say("Nothing")
	case len(s.Plan.Erase) == 0:
		return say("Nothing is known to be on this disk; all of it is overwritten")
	}
	return say("Everything that is on this disk now; it is listed below")
}

func encryptionSummary(w config.Config) []Text {
	if !w.Encryption.Enable {
		return []Text{say("None: whoever holds the disk can read everything on it")}
	}
	list := []Text{say("Everything that is kept; the passphrase is asked for at every boot")}
	if w.Encryption.AllowDiscards {
		list = append(list, say("whoever holds the disk can see which blocks are free"))
	}
	return list
}

func swapSummary(l layout.Layout) Text {
	part, ok := l.Find(layout.Swap)
	size := l.Size(part).Human()
	switch {
	case !ok:
		return say("No swap")
	case l.SwapMode == config.SwapRandomKey:
		return say("{{.Size}}, encrypted with a new key at every boot", "Size", size)
	case l.Hibernate:
		return say("{{.Size}}, not encrypted; large enough to hibernate", "Size", size)
	}
	return say("{{.Size}}, not encrypted", "Size", size)
}

func userSummary(users []config.User) []Text {
	var list []Text
	for _, u := range users {
		name := u.Name
		if u.FullName != "" && u.FullName != u.Name {
			name = u.FullName + " (" + u.Name + ")"
		}
		if u.Admin {
			list = append(list, say("{{.Name}}, an administrator", "Name", name))
			continue
		}
		list = append(list, quote(name))
	}
	return list
}

func keyboardSummary(l config.Locale) []Text {
	list := []Text{quote(l.ConsoleKeymap)}
	if l.XkbLayout != "" && l.XkbLayout != l.ConsoleKeymap {
		name := l.XkbLayout
		if l.XkbVariant != "" {
			name += " (" + l.XkbVariant + ")"
		}
		list = append(list, say("in the desktop {{.Layout}}", "Layout", name))
	}
	return list
}

func homeSummary(p config.Persistence) []Text {
	list := []Text{say("Whole folders of settings, and your documents")}
	if p.Home == "minimal" {
		list[0] = say("Your documents, and chosen settings only")
	}
	for _, more := range [][]string{p.HomeDirectories, p.HomeFiles} {
		for _, path := range more {
			list = append(list, quote("~/"+path))
		}
	}
	return list
}

// labels are the toggles that are on.
func (s *State) labels(choices []Choice) []Text {
	var list []Text
	for _, c := range choices {
		if c.On {
			list = append(list, c.Label)
		}
	}
	if len(list) == 0 {
		return []Text{say("None")}
	}
	return list
}
