package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// people are the users and groups of the running system.
type people struct {
	users, groups map[uint32]string
	homes         map[string]string // of root and of persons, by name
	primary       map[string]uint32 // group
}

// Numbers of users: of a person at least, and those that systemd lends to services for a while.
const (
	firstPerson  = 1000
	firstDynamic = 61184
	lastDynamic  = 65519
	nobody       = 65534
)

func readPeople(root *os.File) (people, error) {
	p := people{users: map[uint32]string{}, groups: map[uint32]string{}, homes: map[string]string{}, primary: map[string]uint32{}}
	for name, add := range map[string]func([]string){"etc/passwd": p.addUser, "etc/group": p.addGroup} {
		text, err := readSystem(root, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return people{}, err
		}
		for line := range strings.Lines(string(text)) {
			add(strings.Split(strings.TrimSuffix(line, "\n"), ":"))
		}
	}
	return p, nil
}

func (p *people) addUser(cells []string) {
	if len(cells) != 7 {
		return
	}
	uid, err := number(cells[2])
	gid, err2 := number(cells[3])
	if errors.Join(err, err2) != nil {
		return
	}
	name, home := cells[0], cells[5]
	p.users[uid] = name
	p.primary[name] = gid
	person := uid == 0 || uid >= firstPerson && uid < firstDynamic
	if person && path.IsAbs(home) && path.Clean(home) == home && home != "/" && home != "/var/empty" {
		p.homes[name] = home
	}
}

func (p *people) addGroup(cells []string) {
	if len(cells) != 4 {
		return
	}
	if gid, err := number(cells[2]); err == nil {
		p.groups[gid] = cells[0]
	}
}

func number(s string) (uint32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	return uint32(n), err
}

// homeOf gives the user in whose home a path lies, "" for the system.
func (p *people) homeOf(name string) (user, home string) {
	for u, h := range p.homes {
		if below(name, h) && (len(h) > len(home) || len(h) == len(home) && u < user) {
			user, home = u, h
		}
	}
	return user, home
}

// nameOf gives the name of a number, the number itself where it has none, and "" for one that is lent only.
func nameOf(names map[uint32]string, id uint32) string {
	name, known := names[id]
	switch {
	case known:
		return name
	case id >= firstDynamic && id <= lastDynamic, id >= nobody:
		return ""
	}
	return strconv.FormatUint(uint64(id), 10)
}

// ownerOf says whom a folder belongs to, where that is not the default for the system or for the home of a user.
func (p *people) ownerOf(s *unix.Stat_t, home string) Owner {
	defaultUser, defaultGroup := nameOf(p.users, 0), nameOf(p.groups, 0)
	if home != "" {
		defaultUser, defaultGroup = home, nameOf(p.groups, p.primary[home])
	}
	var o Owner
	user, group := nameOf(p.users, s.Uid), nameOf(p.groups, s.Gid)
	if user != defaultUser || group != defaultGroup {
		o.User, o.Group = user, group
	}
	if mode := s.Mode & 0o7777; mode != 0o755 {
		o.Mode = fmt.Sprintf("%04o", mode)
	}
	return o
}
