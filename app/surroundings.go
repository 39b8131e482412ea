package main

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"lethe/app/probe"
	"lethe/app/session"
	"lethe/engine/condition"
)

// surroundings is what the machine says of itself beside its files.
type surroundings struct {
	arch string // as uname says it
	// earliest is a time that is certainly past, zero when none is known.
	earliest time.Time
	// synchronized tells whether a time server keeps the kernel's clock.
	synchronized func() session.Answer
}

// thisMachine is the machine that the program runs on.
func thisMachine() surroundings {
	return surroundings{arch: arch(), earliest: built(), synchronized: condition.Kernel}
}

// lookAround finds out about the machine what needs no privilege and is not in an inventory. Nothing in it decides about a disk.
func (on surface) lookAround() session.Checks {
	checks := probe.Read(on.root, on.around.arch, on.now(), on.around.earliest)
	if checks.Synchronized == session.Unknown {
		checks.Synchronized = on.around.synchronized()
	}
	return checks
}

// arch is the processor that the kernel names, which need not be the one that the program was built for.
func arch() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return ""
	}
	return unix.ByteSliceToString(name.Machine[:])
}

// built is when the program was built, if its file says so: in a Nix store every file is of 1970.
func built() time.Time {
	if self, err := os.Executable(); err == nil {
		if info, err := os.Stat(self); err == nil && info.ModTime().Year() > 2000 {
			return info.ModTime()
		}
	}
	return time.Time{}
}
