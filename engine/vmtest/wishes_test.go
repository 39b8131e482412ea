//go:build vm

package vmtest

import (
	"math/rand/v2"
	"testing"

	"lethe/engine/config"
	"lethe/engine/quantity"
)

// Texts that must come through every layer as they are.
var (
	fullNames = []string{"", "Ada Lovelace", `Ada "${x}" ''${y}'' \n`, "Ada $(reboot); `id`", "Åda Łovelace 愛", "-n ada", "%s %d #!"}
	hostNames = []string{"lethe", "else", "a", "x86-64", "null", "blitzar"}
	userNames = []string{"ada", "else", "_let", "in-with", "true"}
	phrases   = []string{"correct horse", ` leading and trailing `, `"quoted" '$(id)' \n`, "x", "-", "#${passphrase}"}
	passwords = []string{"pässwörd", `$y$j9T$not$ahash`, "with space ", "''\\\"", "愛"}
	paths     = []string{"/var/lib/example", "/srv/with space", "/var/lib/quote's \"${x}\""}
)

// wish is everything that is asked for on one disk.
type wish struct {
	variant
	config.Config
	passphrase string
	passwords  map[string]string
	soil       string // what is on the disk before
}

// newWish draws what the variant leaves open.
func newWish(r *rand.Rand, v variant) wish {
	w := wish{variant: v, passphrase: pick(r, phrases...), passwords: map[string]string{}, soil: pick(r, "none", "ext4", "gpt", "lvm")}
	w.Version = config.Version
	w.Encryption.Enable = v.luks
	w.Swap.Mode = v.swap
	w.Swap.KeepPlain = v.luks && v.swap == config.SwapPlain
	if v.swap != config.SwapNone {
		w.Swap.Size = pick(r, quantity.GiB, 1025*quantity.MiB, 2*quantity.GiB)
	}
	w.Encryption.AllowDiscards = v.luks && r.IntN(2) == 0
	w.Disk.Tmpfs = pick(r, "", "25%", "1GiB")
	w.Desktop.Environment = "none"
	w.Host.Name = pick(r, hostNames...)
	w.Services.SSH = r.IntN(2) == 0
	w.Persistence.Home = pick(r, "", "simple", "minimal")
	w.Persistence.Directories = pick(r, nil, paths[:1], paths)
	first := config.User{Name: pick(r, userNames...), FullName: pick(r, fullNames...), Admin: true}
	w.Users = []config.User{first}
	if r.IntN(2) == 0 {
		w.Users = append(w.Users, config.User{Name: "bob", UID: 4711, Shell: pick(r, "", "zsh", "fish")})
	}
	for _, u := range w.Users {
		w.passwords[u.Name] = pick(r, passwords...)
	}
	return w
}

// owner is the user who gets the repository.
func (w wish) owner() string { return w.Users[0].Name }

// uid is a user's number.
func (w wish) uid(i int) int {
	if w.Users[i].UID != 0 {
		return w.Users[i].UID
	}
	return 1000 + i
}

// file is the wishes as the engine reads them.
func (w wish) file(t *testing.T) string {
	t.Helper()
	text, err := w.Encode()
	must(t, err)
	return string(text)
}
