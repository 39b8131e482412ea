package flake

import (
	"fmt"
	"slices"

	"lethe/engine/config"
)

// Ways tells how people can get into the installed system.
type Ways struct {
	// Passwords are the users that will have a hash in [PasswordFile].
	Passwords []string
}

// CheckLogin proves that the installed system can be used: at least one administrator has a password (sudo asks for
// it, and SSH keys do not help at the keyboard), and nobody is left without any way in. Root is locked.
func CheckLogin(c config.Config, ways Ways) []Finding {
	var found []Finding
	admin := false
	for _, u := range c.Users {
		password := slices.Contains(ways.Passwords, u.Name)
		admin = admin || u.Admin && password
		if !password && (len(u.AuthorizedKeys) == 0 || !c.Services.SSH) {
			found = append(found, Finding{Refuse, u.Name, fmt.Sprintf(
				"%s has neither a password nor a key with SSH switched on and could never log in; set a password", u.Name)})
		}
	}
	switch {
	case len(c.Users) == 0:
		found = append(found, Finding{Refuse, "users", "There is no user, and root is locked, so nobody could log in; add a user"})
	case !admin:
		found = append(found, Finding{Refuse, "users", "No administrator has a password, so nobody could use sudo, and root is locked; make a user with a password an administrator"})
	}
	return found
}
