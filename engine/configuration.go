package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/flake/locale"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/tool"
)

// system is the Nix name of this machine's architecture.
func system() string {
	if runtime.GOARCH == "arm64" {
		return "aarch64-linux"
	}
	return "x86_64-linux"
}

// configure makes the NixOS repository for a layout.
func configure(ctx context.Context, disk device.Disk, l layout.Layout, r Request) (plan.Configuration, error) {
	in := flake.Input{
		Layout: l, Config: r.Wishes, System: system(), Lock: r.Lock,
		Hardware: r.Machine.Hardware, Virtualization: r.Machine.Virtualization,
		// An image has no firmware, and what is known of this machine's says nothing about the one that it will boot.
		ReadOnlyVariables: disk.Kind == device.KindDisk && r.Firmware.UEFI && !r.Firmware.Writable,
	}
	if r.Wishes.Repo.Source != "" {
		if r.LockInputs || len(r.Lock) > 0 {
			return plan.Configuration{}, errors.New("cannot lock your own configuration: its flake.lock is yours; leave the lock out")
		}
		return configureOwn(ctx, in)
	}
	c := plan.Configuration{Findings: findings(r.Wishes)}
	var err error
	var aside string
	if in.Lock, c.Lock = r.byMedium(in); len(in.Lock) == 0 {
		aside, in.Lock = c.Lock, r.Lock
		if in.Lock, c.Lock, err = lock(ctx, in, r.LockInputs); err != nil {
			return plan.Configuration{}, err
		}
	}
	if len(in.Lock) == 0 && !r.LockInputs && disk.Kind == device.KindDisk {
		c.Lock = "The inputs are locked (flake.lock) during the installation, before anything is written to the disk."
	}
	c.Lock = aside + c.Lock
	c.Files, err = flake.Render(in)
	return c, err
}

// lock gives the lock of a generated repository and says in a sentence what it is.
func lock(ctx context.Context, in flake.Input, make bool) ([]byte, string, error) {
	switch {
	case len(in.Lock) > 0:
		return in.Lock, "The inputs are locked as in the flake.lock that was given.", flake.CheckLock(in)
	case make:
		return lockInputs(ctx, in)
	}
	return nil, "There is no flake.lock yet: none was asked for. The first build with a network makes it; commit it then.", nil
}

// findings checks the wishes of a generated repository: what is kept, who can log in, and whether this machine knows
// the languages and keyboards. Passwords are asked for at the installation, so every user counts as having one.
func findings(wishes config.Config) []flake.Finding {
	var ways flake.Ways
	for _, u := range wishes.Users {
		ways.Passwords = append(ways.Passwords, u.Name)
	}
	list := flake.CheckLogin(wishes, ways)
	kept, err := flake.PersistenceFor(wishes)
	if err != nil {
		return append(list, flake.Finding{Severity: flake.Refuse, What: "persistence", Says: err.Error()})
	}
	list = append(list, flake.Lint(wishes, kept, true)...)
	lists, err := locale.Read(os.DirFS("/"))
	if err != nil {
		return append(list, flake.Finding{Severity: flake.Warn, What: "locale", Says: fmt.Sprintf("The system's lists of languages and keyboards cannot be read (%v), so they were not checked", err)})
	}
	for _, problem := range lists.Check(wishes.WithDefaults().Locale) {
		list = append(list, flake.Finding{Severity: flake.Warn, What: "locale", Says: problem})
	}
	return list
}

// lockInputs computes flake.lock where Nix and a network are there, and says in a sentence what came of it. Only a lock
// that cannot be true is an error.
func lockInputs(ctx context.Context, in flake.Input) (lock []byte, says string, err error) {
	nix, err := tool.NewNix(tool.Exec{})
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, nix.Close()) }()
	if !nix.Available() {
		return nil, flake.Offline + " (Nix is not installed here.)", nil // nothing was tried
	}
	folder, err := os.MkdirTemp("", "lethe-lock-")
	if err != nil {
		return nil, "", fmt.Errorf("cannot make a folder for the lock: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	repo, err := flake.Render(in)
	if err != nil {
		return nil, "", err
	}
	text, _ := repo.Get(flake.FlakeFile)
	if err := os.WriteFile(filepath.Join(folder, flake.FlakeFile), text, 0o600); err != nil {
		return nil, "", fmt.Errorf("cannot stage the flake: %w", err)
	}
	if lock, err = nix.Lock(ctx, folder); err != nil {
		if stopped := context.Cause(ctx); stopped != nil {
			return nil, "", stopped
		}
		return nil, fmt.Sprintf("%s (Nix says: %s)", flake.Offline, cause(err)), nil
	}
	in.Lock = lock
	return lock, "The inputs are locked to what they are today.", flake.CheckLock(in)
}

// configureOwn clones the user's own repository, adds the two files, and checks what can be checked.
func configureOwn(ctx context.Context, in flake.Input) (c plan.Configuration, err error) {
	folder, err := os.MkdirTemp("", "lethe-own-")
	if err != nil {
		return c, fmt.Errorf("cannot make a folder for the repository: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	wish := in.Config.Repo
	clone, err := export.Clone(ctx, wish.Source, wish.Rev, filepath.Join(folder, "repo"))
	if err != nil {
		return c, err
	}
	paths, err := clone.Paths()
	if err != nil {
		return c, err
	}
	addition, err := flake.AddTo(paths, in)
	if err != nil {
		return c, err
	}
	if err := clone.Add(addition); err != nil {
		return c, err
	}
	c.Files = addition.Files
	c.Own = &plan.Own{Source: wish.Source, Rev: clone.Rev, Diff: addition.Diff, Says: addition.Says}
	c.Findings, err = evaluateOwn(ctx, clone.Folder, in)
	return c, err
}

// cause is the line in which a tool says what is wrong: the last that begins with error, or else the last.
func cause(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "error:") && line != "error:" {
			return line
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}

// evaluation bounds how long Nix may think about a configuration, inputs fetched included.
const evaluation = 3 * time.Minute

// evaluateOwn asks Nix whether the user's configuration takes the planned disks, what it keeps, where, and who can log in. Where Nix
// cannot tell, that is a warning; so is all that it tells, since a configuration may do these things in ways that
// nobody here thought of. Only a host that is not there is an error.
func evaluateOwn(ctx context.Context, folder string, in flake.Input) ([]flake.Finding, error) {
	unknown := func(why string) []flake.Finding {
		return []flake.Finding{{Severity: flake.Warn, What: "configuration", Says: fmt.Sprintf("Whether somebody can log in and what is kept could not be checked (%s); make sure of it yourself", why)}}
	}
	nix, err := tool.NewNix(tool.Exec{})
	if err != nil {
		return nil, err
	}
	defer nix.Close()
	if !nix.Available() {
		return unknown("Nix is not installed here"), nil
	}
	limited, stop := context.WithTimeout(ctx, evaluation)
	defer stop()
	host, err := nix.Evaluate(limited, folder, in.Config.WithDefaults().Host.Name)
	if stopped := context.Cause(ctx); stopped != nil {
		return nil, stopped
	}
	if errors.Is(err, tool.ErrNoHost) {
		return nil, err
	}
	if err != nil {
		return unknown(cause(err)), nil
	}
	kept, err := flake.ReadKept(host.Persistence)
	if err != nil {
		return unknown(cause(err)), nil
	}
	asWishes, ways := wishesOf(host)
	list := append(flake.CheckLogin(asWishes, ways), flake.Lint(asWishes, flake.PersistenceOf(kept), hostKeysKept(host, kept))...)
	list = append(list, wrongDevices(host, in)...)
	list = append(list, otherPasswords(host, in.Config.Users)...)
	list = append(list, keptElsewhere(kept)...)
	return flake.Soften(list), nil
}

// wrongDevices tells where the configuration mounts something else than the planned disk.
func wrongDevices(host tool.Host, in flake.Input) []flake.Finding {
	nix, _ := in.Layout.Find(layout.Nix)
	esp, _ := in.Layout.Find(layout.ESP)
	planned := map[string]string{"/boot": "/dev/disk/by-uuid/" + esp.UUID, "/nix": "/dev/disk/by-uuid/" + nix.UUID}
	if in.Layout.LUKS != nil {
		planned["/nix"] = "/dev/mapper/" + in.Layout.LUKS.Mapper
	}
	var list []flake.Finding
	for _, path := range slices.Sorted(maps.Keys(planned)) {
		if is := host.Devices[path]; is != planned[path] {
			if is == "" {
				is = "nothing"
			}
			list = append(list, flake.Finding{What: path, Says: fmt.Sprintf("Your configuration mounts %s at %s and not the planned %s, so the machine would not boot from the new disk; import ./%s",
				is, path, planned[path], in.Config.WithDefaults().Repo.DisksFile)})
		}
	}
	return list
}

// wishesOf puts what Nix evaluated into the form of wishes, so that the same checks serve both.
func wishesOf(host tool.Host) (config.Config, flake.Ways) {
	var c config.Config
	var ways flake.Ways
	for _, name := range slices.Sorted(maps.Keys(host.Users)) {
		user := host.Users[name]
		c.Users = append(c.Users, config.User{Name: name, Admin: user.Admin, AuthorizedKeys: make([]string, user.Keys)})
		if user.Password {
			ways.Passwords = append(ways.Passwords, name)
		}
	}
	on := host.On
	c.Services = config.Services{
		Bluetooth: on.Bluetooth, SSH: on.SSH, Docker: on.Docker, Podman: on.Podman,
		Libvirt: on.Libvirt, Tailscale: on.Tailscale, Flatpak: on.Flatpak,
	}
	c.Desktop.Environment, c.Host.Network = "none", "dhcp"
	if on.NetworkManager {
		c.Host.Network = "networkmanager"
	}
	return c, ways
}

// hostKeysKept tells whether every key of sshd lies in a storage.
func hostKeysKept(host tool.Host, kept map[string]flake.Kept) bool {
	return !slices.ContainsFunc(host.HostKeys, func(key string) bool {
		for storage := range kept {
			if strings.HasPrefix(key, storage+"/") {
				return false
			}
		}
		return true
	})
}

// Export writes the configuration of a plan to a new folder, a .zip or a .tar.gz, as a git repository with one commit in
// the administrator's name. A repository of the user's own is cloned, and can only go into a folder; kept is a clone that a
// rehearsal left, or "".
func Export(ctx context.Context, p plan.Plan, kept, to string) error {
	own := p.Configuration.Own
	if own == nil {
		return export.Write(ctx, p.Configuration.Files, to, export.AuthorFor(p.Wishes, time.Now()))
	}
	if export.IsArchive(to) {
		return fmt.Errorf("cannot export your own configuration to %s: a clone needs a folder; name one", to)
	}
	if kept != "" {
		return copyRepo(kept, to)
	}
	_, err := export.CloneAndAdd(ctx, own.Source, own.Rev, to, flake.Addition{Files: p.Configuration.Files})
	return err
}

// copyRepo copies a repository, git's own files included, to a new or empty folder, whole or not at all.
func copyRepo(from, to string) (err error) {
	to, err = filepath.Abs(to)
	if err != nil {
		return fmt.Errorf("cannot export to %s: %w", to, err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(to), ".lethe-export-")
	if err != nil {
		return fmt.Errorf("cannot export to %s: %w", to, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	whole := filepath.Join(fresh, "repo")
	if err := os.CopyFS(whole, os.DirFS(from)); err != nil {
		return fmt.Errorf("cannot export to %s: %w", to, err)
	}
	if err := os.Rename(whole, to); err != nil { // refuses a folder that is not empty
		return fmt.Errorf("cannot export to %s: %w; choose another name", to, err)
	}
	return nil
}

// Installed reads the configuration of an installed system back, such as /etc/nixos, and writes it as Export does.
func Installed(ctx context.Context, folder, to string, author export.Author) error {
	repo, err := export.Load(folder)
	if err != nil {
		return err
	}
	author.Message = export.CopiedMessage
	return export.Write(ctx, repo, to, author)
}

// Disko is the layout of a plan as a disko file, an alternative to the plan's disks.nix.
func Disko(p plan.Plan) ([]byte, error) {
	return flake.Disko(flake.Input{Layout: p.Layout, Config: p.Wishes, System: system()})
}

// Wishes is the wishes file that reproduces all of a plan on any disk.
func Wishes(p plan.Plan) ([]byte, error) { return flake.Wishes(p.Wishes) }
