package session_test

import (
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/config"
	"lethe/engine/plan"
)

// summed is the summary as lines "page label: parts".
func summed(s *session.State) string {
	var lines []string
	for _, c := range s.Summary() {
		var parts []string
		for _, t := range c.Says {
			parts = append(parts, t.String())
		}
		lines = append(lines, string(c.Page)+" "+c.Label.String()+": "+strings.Join(parts, ", "))
	}
	return strings.Join(lines, "\n") + "\n"
}

// TestSummary says all of what was chosen, and where.
func TestSummary(t *testing.T) {
	s := filled(t)
	s.Draft.Wishes.Users[0].FullName, s.Draft.Wishes.Users[0].Admin = "Ada Lovelace", true
	s.AddUser()
	s.Draft.Wishes.Users[1].Name = "bob"
	s.Draft.Accounts[1].Password = strong
	s.Draft.Wishes.Locale = config.Locale{Language: "de_DE.UTF-8", TimeZone: "Europe/Berlin", ConsoleKeymap: "de-latin1"}
	s.Draft.Wishes.Host.Name = "engine"
	s.Draft.Wishes.Desktop.Environment = "gnome"
	s.Draft.Wishes.Services.SSH, s.Draft.Wishes.Services.Printing = true, true
	s.Draft.Wishes.Persistence.Home, s.Draft.Wishes.Persistence.HomeDirectories = "minimal", []string{"src"}
	s.SetPlan(planned(t, s))
	got := summed(s)
	for _, line := range []string{
		"disk Disk: /dev/nvme0n1",
		"disk What is lost: Nothing is known to be on this disk; all of it is overwritten",
		"encryption Encryption: Everything that is kept; the passphrase is asked for at every boot\n",
		"layout Swap: 8 GiB, encrypted with a new key at every boot\n",
		"account Computer's name: engine\n",
		"account Users: Ada Lovelace (ada), an administrator, bob\n",
		"welcome Language: de_DE.UTF-8\n",
		"welcome Keyboard: de-latin1, in the desktop de\n",
		"welcome Time zone: Europe/Berlin\n",
		"system Desktop: GNOME\n",
		"system Services: SSH server, Printing\n",
		"system Kept in each home: Your documents, and chosen settings only, ~/src\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
}

// TestSummaryOfOther says what is not there, and leaves out what one's own configuration decides.
func TestSummaryOfOther(t *testing.T) {
	s := rehearsal()
	s.Draft.Wishes.Encryption.Enable = false
	s.Draft.Wishes.Swap.Mode = config.SwapNone
	p := planned(t, s)
	p.Configuration.Own = &plan.Own{Source: "/home/ada/nix"}
	s.SetPlan(p)
	got := summed(s)
	for _, line := range []string{
		"disk Disk: A virtual disk of 40 GiB, which is a file\n", "disk What is lost: Nothing\n",
		"encryption Encryption: None: whoever", "layout Swap: No swap\n", "system Configuration: Your own, from /home/ada/nix\n",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
	if strings.Contains(got, "Desktop:") || strings.Contains(got, "Services:") {
		t.Errorf("what is not asked for is named:\n%s", got)
	}
}
