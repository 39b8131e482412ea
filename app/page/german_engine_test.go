package page_test

import (
	"testing"

	"lethe/app/look"
	"lethe/app/page"
)

// TestEngineSpeaksGerman is about steps, checks, reasons and causes, which the engine says in English everywhere else.
func TestEngineSpeaksGerman(t *testing.T) {
	german(t)
	explore(t, small, named(), review)
	for english, want := range map[string]string{
		"Write the partition table (3 partitions)":                                                  "Die Partitionstabelle schreiben (3 Partitionen)",
		"cannot install NixOS: cannot run nix: no space left on device":                             "NixOS lässt sich nicht installieren: nix lässt sich nicht ausführen: auf dem Gerät ist kein Platz mehr",
		"Once the cause is dealt with, run the rehearsal again; it starts over.":                    "Sobald die Ursache behoben ist, starten Sie den Probelauf erneut; er beginnt von vorn.",
		"An ESP of 256 MiB can fill up after a few system generations; 1 GiB is recommended.":       "Eine EFI-Systempartition von 256 MiB kann nach einigen Systemgenerationen voll sein; empfohlen ist 1 GiB.",
		"The machine has 3.5 GiB of memory; a desktop with its root in memory is tight below 6 GiB": "Der Rechner hat 3,5 GiB Arbeitsspeicher; ein Desktop, dessen Root-Bereich im Arbeitsspeicher liegt, ist unter 6 GiB knapp",
		"partition 3 “Windows” (ntfs, 1.5 TiB)":                                                     "Partition 3 „Windows“ (ntfs, 1,5 TiB)",
		"sda1: recovering journal":                                                                  "sda1: recovering journal",
	} {
		if got := page.Engine(english); got != want {
			t.Errorf("%q is %q", english, got)
		}
	}
	for english, want := range map[string]string{"23.5 GiB": "23,5 GiB", "9.6 s": "9,6 s", "25.05": "25.05", "nixos-25.05 s": "nixos-25.05 s"} {
		if got := look.Number(english); got != want {
			t.Errorf("%q is %q", english, got)
		}
	}
}
