package plan

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Where things lie while a real disk is installed to.
const (
	// Root is where the new system's tree is put together.
	Root = "/mnt"
	// Persist is where everything that is kept lies then.
	Persist = Root + flake.Storage
	// Repo is the NixOS configuration, as nixos-install sees it.
	Repo = Root + "/etc/nixos"
	// RunDir is where a running installation keeps what is its own. It is root's alone and gone at the next boot.
	RunDir = "/run/lethe"
	// FetchedRepo is where a configuration of one's own waits until the disk is ready for it.
	FetchedRepo = RunDir + "/configuration"
	// Inputs is where the inputs of a generated configuration are locked.
	Inputs = RunDir + "/inputs"
	// Look is where a disk is looked into, to see what an earlier run left.
	Look = RunDir + "/look"
	// Memo is where, on the nix file system, the plan and the journal are kept from the mounting on.
	Memo = "persist/var/log/lethe"
	// Temp is the scratch of nixos-install: on the disk, because the tree itself is memory. It is removed at the end.
	Temp = Root + "/nix/.lethe-tmp"
)

// Weights of the steps that only a real disk has, in tenths of a second. Installing takes minutes, and says itself how far it is.
const (
	weightRelease   = 5
	weightOpen      = 30
	weightMount     = 2
	weightMemory    = 3
	weightLock      = 100
	weightFetch     = 50
	weightPasswords = 3
	weightInstall   = 6000
	weightHandover  = 1
	weightClose     = 20
)

// Folder is a folder that must be there, with its mode.
type Folder struct {
	Path string
	Mode uint32
}

// FileMode is the mode as Go has it, with the sticky bit.
func (f Folder) FileMode() os.FileMode {
	mode := os.FileMode(f.Mode) & os.ModePerm
	if f.Mode&unix.S_ISVTX != 0 {
		mode |= os.ModeSticky
	}
	return mode
}

// Mounting is one mount of the installation: the folders that it needs, and the command.
type Mounting struct {
	At      string
	Folders []Folder
	Command command.Command
}

// Kept is a folder of the system that outlives a reboot, mounted during the installation so that what is written there stays.
type Kept struct {
	flake.Keep
	Real string // below [Persist]
	At   string // below [Root]
}

// least are the folders that must be kept during the installation whatever a configuration says: the configuration itself,
// the journal, and the numbers that activation hands out to users and groups.
var least = []flake.Keep{{Path: "/etc/nixos"}, {Path: "/var/lib/nixos"}, {Path: "/var/log"}}

// Kept lists the folders of the system that are kept, sorted by path.
func (p Plan) Kept() []Kept {
	var list []flake.Keep
	if p.Configuration.Own == nil {
		if kept, err := flake.PersistenceFor(p.Wishes); err == nil { // wishes that cannot be read were refused when the repository was made
			list = append(list, kept.System.Directories...)
		}
	}
	for _, k := range least {
		covered := slices.ContainsFunc(list, func(is flake.Keep) bool { return is.Path == k.Path || strings.HasPrefix(k.Path, is.Path+"/") })
		if !covered {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b flake.Keep) int { return strings.Compare(a.Path, b.Path) })
	kept := make([]Kept, len(list))
	for i, k := range list {
		kept[i] = Kept{Keep: k, Real: Persist + k.Path, At: Root + k.Path}
	}
	return kept
}

// Mode is the kept folder's mode.
func (k Kept) Mode() uint32 {
	if mode, err := strconv.ParseUint(k.Keep.Mode, 8, 12); err == nil {
		return uint32(mode)
	}
	return uint32(ParentMode(k.Path))
}

// ParentMode is the mode of a folder that is made on the way to another. What is root's alone stays so: impermanence gives the
// folders that it mounts on the modes that it finds here, at every boot.
func ParentMode(path string) os.FileMode {
	inside := strings.TrimPrefix(strings.TrimPrefix(path, Persist), Root)
	switch inside {
	case "/root", "/var/lib/private", "/var/cache/private", "/var/log/private":
		return 0o700
	}
	return 0o755
}

// Mounts lists what is mounted for the installation, in order.
func (p Plan) Mounts() []Mounting {
	b := builder{plan: p}
	esp, _ := p.Layout.Find(layout.ESP)
	list := []Mounting{
		{At: Root, Folders: []Folder{{Root, 0o755}}, Command: command.MountTmpfs(Root)},
		{At: Root + "/nix", Folders: []Folder{{Root + "/nix", 0o755}}, Command: command.Mount("ext4", p.NixDevice(), Root+"/nix")},
		{At: Root + "/boot", Folders: []Folder{{Root + "/boot", 0o755}}, Command: command.Mount("vfat", b.path(esp), Root+"/boot", command.ESPOptions)},
	}
	for i, k := range p.Kept() {
		folders := []Folder{{k.Real, k.Mode()}, {k.At, k.Mode()}}
		if i == 0 {
			folders = append([]Folder{{Persist, 0o755}, {Temp, 0o700}}, folders...)
		}
		list = append(list, Mounting{At: k.At, Folders: folders, Command: command.Bind(k.Real, k.At)})
	}
	return list
}

// Repair mends the EFI system partition of an installation that continues: after a power cut it was never unmounted, and says so until then.
// Of the nix file system the journal takes care when it is mounted.
func (p Plan) Repair() command.Command {
	esp, _ := p.Layout.Find(layout.ESP)
	return command.RepairFAT(builder{plan: p}.path(esp))
}

// NixDevice is what the nix file system lies on: the opened container, or the partition.
func (p Plan) NixDevice() string {
	if p.Layout.LUKS != nil {
		return "/dev/mapper/" + p.Layout.LUKS.Mapper
	}
	nix, _ := p.Layout.Find(layout.Nix)
	return builder{plan: p}.path(nix)
}

// PasswordPath is where a user's password hash is written during the installation.
func PasswordPath(user string) string { return Root + flake.PasswordFile(user) }

// PasswordSecret is the name of the secret that holds a user's password.
func PasswordSecret(user string) string { return "password:" + user }

// Owner is the uid that the configuration is handed to: the first administrator's, or 0. Root builds the system from it, so whoever may
// change it can become root.
func (p Plan) Owner() int {
	owner, _ := p.Wishes.WithDefaults().Administrator()
	return owner.UID
}

// UsersGroup is the number of the group "users" on NixOS.
const UsersGroup = 100

// Locked tells that the inputs of the configuration are locked by the plan, or that this is not Lethe's to do.
func (p Plan) Locked() bool {
	_, found := p.Configuration.Files.Get(flake.LockFile)
	return found || p.Configuration.Own != nil
}

func (b builder) release() Step {
	s := Step{
		ID: string(Release), Kind: Release, Weight: weightRelease,
		Title: "Take down what is built on the disk: " + strings.Join(releaseNames(b.plan.Release), ", "),
		Why:   "Volume groups, arrays and mappings keep the disk busy. All their members lie on this disk, and nothing of them is in use.",
	}
	for _, r := range b.plan.Release {
		s.Commands = append(s.Commands, command.Deactivate(r.Kind, r.Name))
	}
	return s
}

func releaseNames(list []device.Release) []string {
	var names []string
	for _, r := range list {
		names = append(names, device.Clean(r.Name))
	}
	return names
}

func (b builder) open() Step {
	nix, _ := b.plan.Layout.Find(layout.Nix)
	return Step{
		ID: string(Open), Kind: Open, Role: layout.Nix, Weight: weightOpen,
		Title:    "Open the encrypted partition",
		Why:      "The file system lies inside. The passphrase goes through a pipe and is written nowhere.",
		Commands: []command.Command{command.OpenLUKS(b.path(nix), b.plan.Layout.LUKS.Mapper)},
	}
}

func (b builder) mount() Step {
	s := Step{
		ID: string(Mount), Kind: Mount, Weight: weightMount,
		Title: "Mount the new system below " + Root,
		Why:   "The root is memory, as it will be at every boot; the nix partition and the EFI system partition are mounted into it, and every folder that is kept.",
	}
	if b.plan.Continues {
		s.Commands = append(s.Commands, b.plan.Repair())
	}
	for _, m := range b.plan.Mounts() {
		for _, f := range m.Folders {
			s.Commands = append(s.Commands, command.MakeFolder(fmt.Sprintf("%04o", f.Mode), f.Path))
		}
		s.Commands = append(s.Commands, m.Command)
	}
	return s
}

func (b builder) memory() Step {
	return Step{
		ID: string(Memory), Kind: Memory, Weight: weightMemory,
		Title:    "Stretch the memory (compressed swap in memory)",
		Why:      fmt.Sprintf("This machine has %s of memory, and building a system takes more. Nothing of it is written to the disk.", b.plan.Memory.Human()),
		Commands: []command.Command{command.New("modprobe", "zram"), command.New("zramctl", "--find", "--size", strconv.FormatUint(uint64(b.plan.Memory), 10))},
	}
}

func (b builder) lock() Step {
	file, _ := b.plan.Configuration.Files.Get(flake.FlakeFile)
	return Step{
		ID: string(Lock), Kind: Lock, Weight: weightLock,
		Title:    "Lock the inputs of the configuration (flake.lock)",
		Why:      "Fixes the exact revisions of nixpkgs, home-manager and impermanence, and proves that they can be reached before anything is written.",
		Commands: []command.Command{command.WriteFile(path.Join(Inputs, flake.FlakeFile), string(file)), command.LockFlake(Inputs)},
	}
}

func (b builder) fetch() Step {
	own := *b.plan.Configuration.Own
	return Step{
		ID: string(Fetch), Kind: Fetch, Weight: weightFetch,
		Title:    fmt.Sprintf("Clone your configuration and add %d files", len(b.plan.Configuration.Files.Files)),
		Why:      "Proves that it can be had before anything is written; it is put in its place once the disk is ready.",
		Commands: append(cloning(own, FetchedRepo), b.adding(FetchedRepo)...),
	}
}

func (b builder) passwords() Step {
	s := Step{
		ID: string(Passwords), Kind: Passwords, Weight: weightPasswords,
		Title:    "Write the password hashes",
		Why:      "Root is locked, so without these nobody could log in. They are readable by root only, and are neither in the configuration nor in the Nix store.",
		Commands: []command.Command{command.MakeFolder("0700", path.Dir(PasswordPath("x")))},
	}
	for _, u := range b.plan.Wishes.Users {
		s.Commands = append(s.Commands, command.New("sh", "-c", "umask 077; mkpasswd -m yescrypt > "+command.Quote(PasswordPath(u.Name))))
	}
	return s
}

func (b builder) install() Step {
	return Step{
		ID: string(Install), Kind: Install, Weight: weightInstall,
		Title:    "Install NixOS",
		Why:      "Downloads or builds everything that the configuration names, and installs the boot loader. This takes the longest.",
		Commands: []command.Command{command.InstallNixOS(Root, Repo, b.plan.HostName(), Temp)},
	}
}

// HostName is the host that is installed.
func (p Plan) HostName() string { return p.Wishes.WithDefaults().Host.Name }

func (b builder) handover() Step {
	s := Step{
		ID: string(Handover), Kind: Handover, Weight: weightHandover,
		Title: "Hand the configuration to its owner",
		Why:   "The first administrator may change it without sudo from now on. Kept folders of services get their owners, who exist only since the installation.",
	}
	if owner := b.plan.Owner(); owner != 0 {
		s.Commands = append(s.Commands, command.New("chown", "--recursive", "--no-dereference", fmt.Sprintf("%d:%d", owner, UsersGroup), Persist+"/etc/nixos"))
	}
	for _, k := range b.plan.Kept() {
		if k.User != "" {
			s.Commands = append(s.Commands, command.New("nixos-enter", "--root", Root, "--", "chown", k.User+":"+k.User, k.Path))
		}
	}
	if s.Commands == nil {
		s.Commands = []command.Command{}
	}
	return s
}

func (b builder) close() Step {
	s := Step{
		ID: string(Close), Kind: Close, Weight: weightClose,
		Title:    "Write everything out and let go of the disk",
		Why:      "Unmounts what was mounted, checks the file systems once more, and closes the encryption.",
		Commands: []command.Command{command.New("rm", "--recursive", "--force", "--", Temp), command.New("sync")},
	}
	mounts := b.plan.Mounts()
	for _, m := range slices.Backward(mounts) {
		s.Commands = append(s.Commands, command.Unmount(m.At))
	}
	esp, _ := b.plan.Layout.Find(layout.ESP)
	s.Commands = append(s.Commands, command.CheckFAT(b.path(esp)), command.CheckExt4(b.plan.NixDevice()))
	if b.plan.Layout.LUKS != nil {
		s.Commands = append(s.Commands, command.CloseLUKS(b.plan.Layout.LUKS.Mapper))
	}
	return s
}

// The figures below which a machine is refused or warned about, as people call sizes.
const (
	LeastMemory  = 3 * quantity.GiB
	EnoughMemory = 6 * quantity.GiB
	// LeastDesktop is what a disk needs for a desktop and its next generation.
	LeastDesktop = 24 * quantity.GiB
)

// scarce tells that memory needs stretching while a system is built.
func scarce(memory quantity.Bytes) bool { return memory < EnoughMemory-reserved }
