package session_test

import (
	"slices"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

func TestFilledSessionHasNoProblem(t *testing.T) {
	for name, s := range map[string]*session.State{"real": filled(t), "rehearsal": rehearsal()} {
		for _, p := range session.Pages()[:slices.Index(session.Pages(), session.PageReview)] {
			if fields := blocking(s, p); len(fields) > 0 {
				t.Errorf("%s, page %s: %v", name, p, s.Problems(p))
			}
		}
	}
}

func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		page  session.Page
		do    func(*session.State)
		field string // "" means that nothing blocks
		says  string
	}{
		"language":           {session.PageWelcome, func(s *session.State) { s.Draft.Wishes.Locale.Language = "german" }, "locale.language", "UTF-8"},
		"zone":               {session.PageWelcome, func(s *session.State) { s.Draft.Wishes.Locale.TimeZone = "berlin" }, "locale.time_zone", "Did you mean Europe/Berlin?"},
		"BIOS":               {session.PagePreflight, func(s *session.State) { s.Shown.Firmware = device.Firmware{} }, session.FieldMachine, "UEFI"},
		"little memory":      {session.PagePreflight, func(s *session.State) { s.Shown.Memory = 2 * quantity.GiB }, session.FieldMachine, "2 GiB"},
		"no disk":            {session.PageDisk, func(s *session.State) { s.Shown.Disks = nil }, session.FieldDisk, "No disk"},
		"disk not chosen":    {session.PageDisk, func(s *session.State) { *s = *session.New(session.Options{Checks: liveChecks, Shown: s.Shown}) }, session.FieldDisk, "Choose a disk."},
		"disk unreadable":    {session.PageDisk, func(s *session.State) { s.Shown.Disks[0].Verdict.State = device.Unchecked }, session.FieldDisk, "could not be read"},
		"no size":            {session.PageLayout, func(s *session.State) { s.SetSize(session.FieldESP, "1 XB") }, session.FieldESP, "“1 XB” is not a size"},
		"small ESP":          {session.PageLayout, func(s *session.State) { s.SetSize(session.FieldESP, "100MiB") }, session.FieldESP, "needs at least 260 MiB"},
		"huge swap":          {session.PageLayout, func(s *session.State) { s.SetSize(session.FieldSwap, "1 TiB") }, session.FieldLayout, "These sizes take 1 TiB of 500 GiB."},
		"no unit":            {session.PageLayout, func(s *session.State) { s.SetSize(session.FieldSwap, "100") }, session.FieldSwap, "100 MiB or 100 GiB"},
		"huge ESP":           {session.PageLayout, func(s *session.State) { s.SetSize(session.FieldESP, "60GiB") }, session.FieldESP, "never needs more than 16 GiB"},
		"little swap":        {session.PageLayout, func(s *session.State) { s.SetSize(session.FieldSwap, "1MiB") }, session.FieldSwap, "at least 64 MiB"},
		"no swap, no size":   {session.PageLayout, func(s *session.State) { s.SetSize(session.FieldSwap, "x"); s.Set(session.ChoiceSwapNone, true) }, "", ""},
		"tmpfs":              {session.PageLayout, func(s *session.State) { s.Draft.Wishes.Disk.Tmpfs = "120%" }, "disk.tmpfs", "percent"},
		"plain beside LUKS":  {session.PageLayout, func(s *session.State) { s.Draft.Wishes.Swap.Mode = config.SwapPlain }, session.FieldSwapMode, "has to be accepted"},
		"no passphrase":      {session.PageEncryption, func(s *session.State) { s.Draft.Passphrase = session.Typed{} }, session.FieldPassphrase, "Type a passphrase."},
		"typed once":         {session.PageEncryption, func(s *session.State) { s.Draft.Passphrase.Second = false }, session.FieldPassphrase, "second time"},
		"typed differently":  {session.PageEncryption, func(s *session.State) { s.Draft.Passphrase.Same = false }, session.FieldPassphrase, "differ"},
		"refused":            {session.PageEncryption, func(s *session.State) { s.Draft.Passphrase.Refused = "it holds a control character" }, session.FieldPassphrase, "It holds a control character."},
		"not at the prompt":  {session.PageEncryption, func(s *session.State) { s.Draft.Passphrase.Missing = true }, session.FieldPassphrase, "you could be locked out"},
		"not on the console": {session.PageAccount, func(s *session.State) { s.Draft.Accounts[0].Password.Missing = true }, "", ""},
		"accepted at the prompt": {session.PageEncryption, func(s *session.State) {
			s.Draft.Passphrase.Missing, s.Draft.Passphrase.Accepted = true, true
		}, "", ""},
		"not over SSH": {session.PageAccount, func(s *session.State) {
			s.Draft.Accounts[0].Password.Missing = true
			s.Set(session.ChoiceNoDesktop, true)
		}, "", ""},
		"stopped by a page before": {session.PageReview, func(s *session.State) {
			s.SetPlan(planned(t, s))
			s.Consent, s.Draft.Passphrase.Missing = "nvme0n1", true
		}, session.FieldPlan, "locked out"},
		"weak":                  {session.PageEncryption, func(s *session.State) { s.Draft.Passphrase.Score = 1 }, "", ""},
		"no encryption":         {session.PageEncryption, func(s *session.State) { s.Draft.Wishes.Encryption.Enable, s.Draft.Passphrase = false, session.Typed{} }, "", ""},
		"host":                  {session.PageAccount, func(s *session.State) { s.Draft.Wishes.Host.Name = "-x" }, "host.name", "letters"},
		"no name":               {session.PageAccount, func(s *session.State) { s.Draft.Wishes.Users[0].Name = "" }, "users[0].name", "Type a user name."},
		"bad name":              {session.PageAccount, func(s *session.State) { s.Draft.Wishes.Users[0].Name = "Ada" }, "users[0].name", "small letter"},
		"no SSH key":            {session.PageAccount, func(s *session.State) { s.Draft.Wishes.Users[0].AuthorizedKeys = []string{"ssh-ed25519 AAAA_x"} }, "users[0].authorized_keys[0]", "public SSH key. Copy the one line"},
		"no password":           {session.PageAccount, func(s *session.State) { s.Draft.Accounts[0].Password = session.Typed{} }, "users[0].password", "Type a password."},
		"password once":         {session.PageAccount, func(s *session.State) { s.Draft.Accounts[0].Password.Second = false }, "users[0].password", "second time"},
		"password differs":      {session.PageAccount, func(s *session.State) { s.Draft.Accounts[0].Password.Same = false }, "users[0].password", "differ"},
		"password refused":      {session.PageAccount, func(s *session.State) { s.Draft.Accounts[0].Password.Refused = "no" }, "users[0].password", "No."},
		"weak password":         {session.PageAccount, func(s *session.State) { s.Draft.Accounts[0].Password.Score = 0 }, "", ""},
		"nobody":                {session.PageAccount, func(s *session.State) { s.RemoveUser(0) }, session.FieldUsers, "nobody could log in"},
		"no administrator":      {session.PageAccount, func(s *session.State) { s.Draft.Wishes.Users[0].Admin = false }, session.FieldUsers, "administrator"},
		"forgotten account":     {session.PageAccount, func(s *session.State) { s.Draft.Accounts = nil }, "users[0].password", "Type a password."},
		"kept path":             {session.PageSystem, func(s *session.State) { s.Draft.Wishes.Persistence.Directories = []string{"srv"} }, "persistence.directories[0]", "begin with /"},
		"channel":               {session.PageSystem, func(s *session.State) { s.Draft.Wishes.Nix.Channel = "nixos-24.05" }, "nix.channel", "too old"},
		"repo":                  {session.PageSystem, func(s *session.State) { s.Draft.Wishes.Repo.Source = "relative" }, "repo.source", ""},
		"no plan":               {session.PageReview, func(*session.State) {}, session.FieldPlan, "not made yet"},
		"no consent":            {session.PageReview, func(s *session.State) { s.SetPlan(planned(t, s)) }, session.FieldConsent, "Type nvme0n1"},
		"plan of a shown disk":  {session.PageReview, func(s *session.State) { p := planned(t, s); p.Grade = device.Shown; s.SetPlan(p) }, session.FieldPlan, ""},
		"plan that was changed": {session.PageReview, func(s *session.State) { p := planned(t, s); p.Steps = p.Steps[1:]; s.SetPlan(p) }, session.FieldPlan, "steps"},
		"consent": {session.PageReview, func(s *session.State) {
			s.SetPlan(planned(t, s))
			s.Consent = " nvme0n1 "
		}, "", ""},
		"run not begun": {session.PageInstall, func(*session.State) {}, session.FieldRun, "not finished"},
	} {
		t.Run(name, func(t *testing.T) {
			s := filled(t)
			c.do(s)
			got := blocking(s, c.page)
			if c.field == "" {
				if len(got) > 0 {
					t.Errorf("blocked by %v: %v", got, s.Problems(c.page))
				}
				return
			}
			if !slices.Equal(got, []string{c.field}) {
				t.Fatalf("blocked by %v, want %s: %v", got, c.field, s.Problems(c.page))
			}
			for _, p := range s.Problems(c.page) {
				if p.Blocks && !strings.Contains(p.Says.String(), c.says) {
					t.Errorf("says %q, want %q", p.Says, c.says)
				}
			}
		})
	}
}

func TestRehearsalAsksForLess(t *testing.T) {
	s := rehearsal()
	s.Draft.Accounts[0].Password = session.Typed{}
	s.Shown.Firmware, s.Shown.Memory = device.Firmware{}, 2*quantity.GiB
	for _, p := range []session.Page{session.PagePreflight, session.PageDisk, session.PageAccount} {
		if got := blocking(s, p); len(got) > 0 {
			t.Errorf("page %s is blocked by %v", p, s.Problems(p))
		}
	}
	if len(s.Problems(session.PagePreflight)) == 0 {
		t.Error("a rehearsal does not tell that the machine could not be installed on")
	}
	for text, want := range map[string]int{"11GiB": 1, "12GiB": 0, "20 TiB": 1, "many": 1, "": 0} {
		s.SetSize(session.FieldImage, text)
		if got := blocking(s, session.PageDisk); len(got) != want {
			t.Errorf("virtual disk of %q: %v", text, s.Problems(session.PageDisk))
		}
	}
	s.SetSize(session.FieldImage, "")
	s.SetPlan(planned(t, s))
	if got := blocking(s, session.PageReview); len(got) > 0 {
		t.Errorf("a virtual disk needs the name of a disk: %v", s.Problems(session.PageReview))
	}
}

func TestWarningsDoNotBlock(t *testing.T) {
	s := filled(t)
	twin := s.Shown.Disks[0]
	twin.Path = "/dev/nvme9n1"
	s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed, append(s.Shown.Disks, twin)...)})
	list := s.Problems(session.PageDisk)
	if len(list) != 1 || list[0].Blocks || !strings.Contains(list[0].Says.String(), "/dev/nvme9n1") {
		t.Errorf("a look-alike is not told: %v", list)
	}
}

func TestSizeIsKeptAsTyped(t *testing.T) {
	s := filled(t)
	s.SetSize(session.FieldESP, "2 GiB")
	s.SetSize(session.FieldESP, "2 GiBi")
	if got := s.Size(session.FieldESP); got != "2 GiBi" || s.Wishes().Disk.ESP != 2*quantity.GiB {
		t.Errorf("the entry shows %q and the wish is %s", got, s.Wishes().Disk.ESP)
	}
	s.SetSize(session.FieldESP, "")
	if got := s.Size(session.FieldESP); got != "" || s.Wishes().Disk.ESP != 0 {
		t.Errorf("the entry shows %q and the wish is %s", got, s.Wishes().Disk.ESP)
	}
	s.SetSize("unknown", "1GiB")
	if len(s.Draft.Sizes) != 0 {
		t.Error("a field that is none was taken")
	}
}
