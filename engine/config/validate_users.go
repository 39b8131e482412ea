package config

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"
)

const (
	lastUID = 59999 // systemd takes what follows
	// Nix numbers its build users from here.
	firstBuildUID, lastBuildUID = 30000, 30999

	maxFullName = 256 // bytes
)

var (
	userPattern  = regexp.MustCompile(`^[a-z_][a-z0-9_-]{0,30}$`)
	buildPattern = regexp.MustCompile(`^(nixbld|systemd-|nm-)`)
)

// systemNames are users and groups that NixOS makes itself; a user's own group has the user's name.
var systemNames = strings.Fields(`root nobody nogroup wheel kmem tty messagebus disk audio floppy uucp lp cdrom tape video dialout
	utmp adm users input render sgx kvm shadow keys nixbld polkituser sshd rtkit avahi colord geoclue flatpak cups fwupd-refresh
	sddm plasmalogin gdm gdm-greeter greeter lightdm dnsmasq tss usbmux wwwrun ntp nscd nslcd dhcpcd saned scanner pulse pipewire
	pulse-access networkmanager docker podman libvirtd qemu-libvirtd libvirtdbus vboxsf vboxusers wireshark uinput mlocate plocate
	postgres nginx mysql redis git gitea tailscale chrony bin daemon mail sys
	lpadmin rpc tcpdump gamemode lxd incus incus-admin`)

func validateUsers(ps *problems, users []User) {
	names, uids := map[string]int{}, map[int]int{}
	for i, u := range users {
		key := "users[" + strconv.Itoa(i) + "]"
		u.validate(ps, key)
		if first, twice := names[u.Name]; twice && u.Name != "" {
			ps.addf(key+".name", u.Name, "choose another name", "users[%d] has the same name", first)
		} else {
			names[u.Name] = i
		}
		if first, twice := uids[u.UID]; twice && u.UID != 0 {
			ps.addf(key+".uid", strconv.Itoa(u.UID), "choose another number, or leave it out", "users[%d] has the same number", first)
		} else {
			uids[u.UID] = i
		}
	}
}

func (u User) validate(ps *problems, key string) {
	validateUserName(ps, key+".name", u.Name)
	validateFullName(ps, key+".full_name", u.FullName)
	validateUID(ps, key+".uid", u.UID)
	oneOf(ps, key+".shell", u.Shell, "bash", "zsh", "fish")
	for i, line := range u.AuthorizedKeys {
		if err := checkPublicKey(line); err != nil {
			ps.add(key+".authorized_keys["+strconv.Itoa(i)+"]", "", err, "copy the one line of a .pub file, such as ~/.ssh/id_ed25519.pub")
		}
	}
}

func validateUserName(ps *problems, key, name string) {
	const form = "begin with a small letter or _; after it, use at most 30 small letters, digits, _ and -"
	switch {
	case name == "":
		ps.addf(key, "", form, "a user needs a name")
	case !matches(ps, key, name, userPattern, "a user cannot have this name", form):
	case slices.Contains(systemNames, name) || buildPattern.MatchString(name):
		ps.addf(key, name, "choose another name", "the system itself uses this name")
	}
}

func validateFullName(ps *problems, key, name string) {
	switch {
	case !clean(ps, key, name):
	case strings.Contains(name, ":"):
		ps.addf(key, name, "remove the colon", "a colon separates fields in /etc/passwd")
	case len(name) > maxFullName:
		ps.addf(key, name, "shorten it", "it is longer than %d bytes", maxFullName)
	}
}

func validateUID(ps *problems, key string, uid int) {
	switch {
	case uid == 0:
	case uid < firstUID || uid > lastUID:
		ps.addf(key, strconv.Itoa(uid), "leave it out, or choose another number", "it is not from %d to %d", firstUID, lastUID)
	case uid >= firstBuildUID && uid <= lastBuildUID:
		ps.addf(key, strconv.Itoa(uid), "leave it out, or choose another number", "Nix uses %d to %d for its build users", firstBuildUID, lastBuildUID)
	}
}

// checkPublicKey accepts one line of an authorized_keys file. Its errors never quote the line, which may be
// a private key pasted by mistake.
func checkPublicKey(line string) error {
	switch {
	case strings.Contains(line, "PRIVATE KEY"):
		return errors.New("this is a private key, which must not leave its owner's machine; if others could read it, replace it")
	case hasHidden(line):
		return errors.New("it has more than one line or a character that cannot be seen")
	}
	_, _, _, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	switch {
	case err != nil:
		return errors.New("this is not a public SSH key") // what the parser stumbles over helps nobody who pasted something else
	case len(rest) > 0:
		return errors.New("it has more than one key")
	}
	return nil
}
