package tool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/device"
)

// daemonSocket is where a Nix of several users takes requests.
const daemonSocket = "/nix/var/nix/daemon-socket/socket"

// Nix calls Nix with a home of its own, and with a store of its own where the machine's cannot be used.
type Nix struct {
	Runner Runner
	home   string
}

// NewNix makes a Nix whose caches lie in the system's folder for temporary files until Close. On a live system that is memory.
func NewNix(r Runner) (*Nix, error) { return NewNixIn(r, "") }

// NewNixIn is [NewNix] with the caches in a new folder inside of folder, which must exist: for fetched inputs that memory has no
// room for.
func NewNixIn(r Runner, folder string) (*Nix, error) {
	home, err := os.MkdirTemp(folder, "lethe-nix-")
	if err != nil {
		return nil, fmt.Errorf("cannot make a home for Nix: %w", err)
	}
	return &Nix{Runner: r, home: home}, nil
}

// Close removes the temporary folder. Nix makes the folders of a store read-only, which only root may ignore.
func (n *Nix) Close() error {
	err := filepath.WalkDir(n.home, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			return os.Chmod(path, 0o700) //nolint:gosec // a folder is of no use without its x bit
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(n.home))
}

// Available tells whether Nix is installed.
func (n *Nix) Available() bool { return len(n.Runner.Missing("nix", "nix-instantiate")) == 0 }

// run adds the environment. A user without a daemon and without a store of their own gets a private store.
func (n *Nix) run(ctx context.Context, c command.Command) (Result, error) {
	c.Env = append(c.Env, "HOME="+n.home)
	if unix.Access(daemonSocket, unix.W_OK) != nil && unix.Access("/nix/store", unix.W_OK) != nil {
		c.Env = append(c.Env, "NIX_STATE_DIR="+filepath.Join(n.home, "state"), "NIX_STORE_DIR="+filepath.Join(n.home, "store"))
	}
	return n.Runner.Run(ctx, Call{Command: c})
}

// Parse checks the syntax of Nix files.
func (n *Nix) Parse(ctx context.Context, files ...string) error {
	if _, err := n.run(ctx, command.ParseNix(files...)); err != nil {
		return fmt.Errorf("cannot parse the configuration: %w", err)
	}
	return nil
}

// Works tells why Nix can parse nothing here, as where its folder is full; nil where it can.
func (n *Nix) Works(ctx context.Context) error {
	if _, err := n.run(ctx, command.ParseNothing()); err != nil {
		return fmt.Errorf("cannot use Nix: %w", err)
	}
	return nil
}

// Lock computes flake.lock in folder and gives its bytes. Without a network it fails within some seconds.
func (n *Nix) Lock(ctx context.Context, folder string) ([]byte, error) {
	if _, err := n.run(ctx, command.LockFlake(folder)); err != nil {
		return nil, fmt.Errorf("cannot lock the inputs: %w", err)
	}
	lock, err := os.ReadFile(filepath.Join(folder, "flake.lock"))
	if err != nil {
		return nil, fmt.Errorf("cannot read the new lock: %w", err)
	}
	return lock, nil
}

// Host is what a host's configuration says about keeping files and logging in.
type Host struct {
	// Persistence maps each storage, by its path, to what it keeps, in the form of /etc/lethe/persistence.json.
	Persistence json.RawMessage `json:"persistence"`
	// Users are those of people.
	Users map[string]HostUser `json:"users"`
	// HostKeys are the paths of sshd's keys.
	HostKeys []string `json:"hostKeys"`
	// Devices maps the mount points that disks.nix sets to their devices.
	Devices map[string]string `json:"devices"`
	// On tells which services with state are switched on.
	On struct {
		NetworkManager, Bluetooth, SSH, Docker, Podman, Libvirt, Tailscale, Flatpak bool
	} `json:"on"`
}

// HostUser is how somebody can log in.
type HostUser struct {
	Admin    bool `json:"admin"`
	Password bool `json:"password"` // some option sets one; whether a file that it names will be there is not known
	// PasswordFile is the file that the hash is read from at every boot; empty when none is named.
	PasswordFile string `json:"passwordFile"`
	Keys         int    `json:"keys"`
}

// answer is what [askHost] gives.
type answer struct {
	Hosts []string `json:"hosts"`
	Host  *Host    `json:"host"`
}

// askHost takes what [Host] holds out of the configuration of a host, and the names of all hosts. Every option has a
// default, for modules that are not used. NAME stands for the host, a host name by its form and so safe in Nix.
const askHost = `hosts:
let
  config = hosts."NAME".config;
  people = builtins.filter (n: config.users.users.${n}.isNormalUser or false) (builtins.attrNames (config.users.users or { }));
  storages = config.environment.persistence or { };
  storagePath = name: storages.${name}.persistentStoragePath or name;
  enabled = builtins.filter (n: storages.${n}.enable or true) (builtins.attrNames storages);
  paths = storage:
    let all = [ storage ] ++ builtins.attrValues (storage.users or { });
    in {
      directories = map (d: d.dirPath) (builtins.concatMap (s: s.directories or [ ]) all);
      files = map (f: f.filePath) (builtins.concatMap (s: s.files or [ ]) all);
    };
  user = u: {
    admin = builtins.elem "wheel" (u.extraGroups or [ ]);
    password = builtins.any (v: v != null && !(builtins.elem v [ "!" "*" "!!" ])) [
      (u.hashedPasswordFile or null) (u.hashedPassword or null) (u.password or null)
      (u.initialPassword or null) (u.initialHashedPassword or null)
    ];
    passwordFile = let file = u.hashedPasswordFile or null; in if file == null then "" else toString file;
    keys = builtins.length (u.openssh.authorizedKeys.keys or [ ]);
  };
  device = path: { name = path; value = config.fileSystems.${path}.device or ""; };
  host = {
  persistence = builtins.zipAttrsWith (_: same: {
    directories = builtins.concatMap (s: s.directories) same;
    files = builtins.concatMap (s: s.files) same;
  }) (map (name: { ${storagePath name} = paths storages.${name}; }) enabled);
  devices = builtins.listToAttrs (map device [ "/" "/boot" "/nix" ]);
  users = builtins.listToAttrs (map (name: { inherit name; value = user config.users.users.${name}; }) people);
  on = {
    networkManager = config.networking.networkmanager.enable or false;
    bluetooth = config.hardware.bluetooth.enable or false;
    ssh = config.services.openssh.enable or false;
    docker = config.virtualisation.docker.enable or false;
    podman = config.virtualisation.podman.enable or false;
    libvirt = config.virtualisation.libvirtd.enable or false;
    tailscale = config.services.tailscale.enable or false;
    flatpak = config.services.flatpak.enable or false;
  };
  hostKeys = map (k: k.path) (config.services.openssh.hostKeys or [ ]);
  };
in {
  hosts = builtins.attrNames hosts;
  host = if hosts ? "NAME" then host else null;
}`

// ErrNoHost tells that a flake has no such host.
var ErrNoHost = errors.New("no such host")

// Evaluate reads a host's configuration out of a flake without building anything. Inputs that are not in the store are
// fetched.
func (n *Nix) Evaluate(ctx context.Context, folder, host string) (Host, error) {
	result, err := n.run(ctx, command.EvaluateHosts(folder, strings.ReplaceAll(askHost, "NAME", host)))
	if err != nil {
		return Host{}, fmt.Errorf("cannot evaluate the configuration of %s: %w", host, err)
	}
	return readHost(result.Stdout, host)
}

// readHost reads what [askHost] gives.
func readHost(text []byte, host string) (Host, error) {
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return Host{}, fmt.Errorf("cannot read what Nix says of %s: %w", host, err)
	}
	if a.Host == nil {
		names := make([]string, len(a.Hosts))
		for i, name := range a.Hosts {
			names[i] = device.Clean(name)
		}
		return Host{}, fmt.Errorf("cannot use host %s: %w in that flake; it has: %s", host, ErrNoHost, strings.Join(names, ", "))
	}
	return *a.Host, nil
}
