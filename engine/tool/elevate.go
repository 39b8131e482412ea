package tool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Means is how a program of ours becomes root.
type Means string

// The means, in the order in which they are tried.
const (
	Direct Means = "direct" // this process is root already
	Pkexec Means = "pkexec" // polkit asks the user
	Sudo   Means = "sudo"   // only where it needs no password, as on the live system
)

// Way is one way to become root.
type Way struct {
	Means Means
	Path  string // of pkexec or sudo
}

// Errors of becoming root that callers tell apart.
var (
	// ErrNotAllowed: this way is closed; another one may be open.
	ErrNotAllowed = errors.New("it was not allowed")
	// ErrDismissed: the user said no, and must not be asked in another way.
	ErrDismissed = errors.New("the question for the password was dismissed")
)

// wrappers is where the programs that make one root are looked for: NixOS keeps those with the setuid bit apart.
var wrappers = []string{"/run/wrappers/bin", "/usr/bin"}

// sudoDeadline bounds the question whether sudo needs a password, which may go through a name server.
const sudoDeadline = 10 * time.Second

// powers is what this machine offers to become root.
type powers struct {
	root         bool
	pkexec, sudo string // paths; empty where there is none that can be trusted
}

// ways lists what could work, best first.
func (p powers) ways() []Way {
	if p.root {
		return []Way{{Means: Direct}}
	}
	var list []Way
	if p.pkexec != "" {
		list = append(list, Way{Pkexec, p.pkexec})
	}
	if p.sudo != "" {
		list = append(list, Way{Sudo, p.sudo})
	}
	return list
}

// choose gives the first way that was not tried and that answers.
func (p powers) choose(tried []Way, answers func(Way) bool) (Way, bool) {
	for _, way := range p.ways() {
		if !slices.Contains(tried, way) && (way.Means != Sudo || answers(way)) {
			return way, true
		}
	}
	return Way{}, false
}

// instruction is what a user can do when no way is left.
func (p powers) instruction(program string) string {
	name := filepath.Base(program)
	if p.sudo != "" {
		return fmt.Sprintf("run it as root yourself: sudo %s install …", name)
	}
	return fmt.Sprintf("run it as root yourself (%s install …), or on NixOS 26.11 and later enable pkexec with security.polkit", name)
}

// Elevate chooses how the program at path, an absolute one, is started as root: directly, through a setuid pkexec, or through sudo
// where that needs no password. Ways in tried are left out; pass those that ended in [ErrNotAllowed]. The error says what to do instead.
func Elevate(ctx context.Context, path string, tried ...Way) (Way, error) {
	p := powers{root: os.Geteuid() == 0, pkexec: trusted("pkexec", wrappers), sudo: trusted("sudo", wrappers)}
	way, ok := p.choose(tried, func(w Way) bool { return needsNoPassword(ctx, w.Path) })
	if !ok {
		return Way{}, fmt.Errorf("cannot become root: there is neither a pkexec that lets you nor a sudo without password here; %s", p.instruction(path))
	}
	return way, nil
}

// trusted gives the path of a program that makes one root: a file of root's with the setuid bit in one of the folders.
func trusted(name string, folders []string) string {
	for _, folder := range folders {
		path := filepath.Join(folder, name)
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() || info.Mode()&fs.ModeSetuid == 0 || unix.Access(path, unix.X_OK) != nil {
			continue
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid == 0 {
			return path
		}
	}
	return ""
}

// needsNoPassword asks sudo itself.
func needsNoPassword(ctx context.Context, sudo string) bool {
	ctx, cancel := context.WithTimeout(ctx, sudoDeadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, sudo, "-n", "true")
	apart(cmd)
	cmd.WaitDelay = grace
	return cmd.Run() == nil
}

// apart cuts a program off from our terminal, environment and folder. In a session of its own it gets no Ctrl-C: the helper is told
// through the protocol, and what has no terminal can ask for no password there, which it would do behind the window.
func apart(cmd *exec.Cmd) {
	cmd.Dir = "/"
	cmd.Env = environment(nil)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}

// argv is the command line of a way.
func (w Way) argv(path string, args []string) []string {
	program := append([]string{path}, args...)
	switch w.Means {
	case Pkexec:
		return append([]string{w.Path, "--disable-internal-agent"}, program...)
	case Sudo:
		return append([]string{w.Path, "-n", "--"}, program...)
	}
	return program
}

// cause turns how the program ended into an error that names what refused.
func (w Way) cause(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !exit.Exited() || w.Means != Pkexec {
		return err
	}
	switch exit.ExitCode() { // pkexec(1)
	case 126:
		return fmt.Errorf("pkexec: %w; nothing was done", ErrDismissed)
	case 127:
		return fmt.Errorf("pkexec: %w; run it as root yourself: sudo lethe-engine install …", ErrNotAllowed)
	}
	return err
}

// describe says a way for people.
func (w Way) describe() string {
	if w.Means == Direct {
		return "as root"
	}
	return "as root through " + strings.TrimSpace(w.Path)
}
