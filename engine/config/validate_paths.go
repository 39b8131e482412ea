package config

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxPath is Linux's PATH_MAX without the closing NUL, in bytes.
const maxPath = 4095

// Places that keeping a path cannot or must not change: not kept themselves, nor anything below.
var foreignTrees = []string{"/nix", "/boot", "/proc", "/sys", "/dev", "/run"}

// Folders that NixOS fills anew at every boot: parts of them can be kept, the whole cannot.
var generatedFolders = []string{"/", "/etc", "/bin", "/usr", "/usr/bin", "/lib", "/lib64", "/etc/static", "/tmp"}

// What is wrong with a path, for who says it in other words.
const (
	MadeAnew      = "the system makes this folder anew at every boot"
	KeptAnyway    = "this is kept anyway, or belongs to the kernel or to one boot only"
	ManagedByHome = "home-manager writes this file, and would stop at one that is kept"
	SamePath      = " is the same path"
)

// managedInHome gives the files in a home that home-manager makes from home.nix, which is the same for all users. It refuses to replace
// one that it did not make, and then sets up nothing.
func (c Config) managedInHome() (files []string) {
	for _, u := range c.Users {
		switch cmp.Or(u.Shell, DefaultShell) {
		case "bash":
			files = append(files, ".bashrc", ".bash_profile", ".profile")
		case "zsh":
			files = append(files, ".zshrc", ".zshenv")
		case "fish":
			files = append(files, ".config/fish/config.fish")
		}
	}
	if cmp.Or(c.Desktop.Environment, DefaultDesktop) != "none" {
		files = append(files, ".config/user-dirs.dirs", ".config/user-dirs.conf")
	}
	return files
}

func (p Persistence) validate(ps *problems, managed []string) {
	homePath := func(ps *problems, key, p string) { homePath(ps, key, p, managed) }
	oneOf(ps, "persistence.home", p.Home, "simple", "minimal")
	pathList(ps, "persistence", "directories", p.Directories, "files", p.Files, systemPath)
	pathList(ps, "persistence", "home_directories", p.HomeDirectories, "home_files", p.HomeFiles, homePath)
}

// pathList checks two lists that must not share a path.
func pathList(ps *problems, table, folders string, folderPaths []string, files string, filePaths []string, check func(*problems, string, string)) {
	seen := map[string]string{}
	walk := func(name string, paths []string, file bool) {
		for i, p := range paths {
			key := table + "." + name + "[" + strconv.Itoa(i) + "]"
			before := len(*ps)
			if check(ps, key, p); len(*ps) == before {
				if why := Unkeepable(p, file); why != "" {
					ps.addf(key, p, "keep the folder above it, or give it another name", "%s", why)
				}
			}
			if first, twice := seen[path.Clean(p)]; twice {
				ps.addf(key, p, "remove one of them", "%s"+SamePath, first)
				continue
			}
			seen[path.Clean(p)] = key
		}
	}
	walk(folders, folderPaths, false)
	walk(files, filePaths, true)
}

// systemPath checks an absolute path that is to outlive a boot.
func systemPath(ps *problems, key, p string) {
	switch {
	case !plainPath(ps, key, p):
	case !path.IsAbs(p):
		ps.addf(key, p, "write it from / on; for a path in every home use home_directories or home_files", "it is not an absolute path")
	case p != path.Clean(p):
		ps.addf(key, p, "write "+path.Clean(p), "the path can be written shorter")
	case slices.Contains(generatedFolders, p):
		ps.addf(key, p, "name the parts of it that you need", MadeAnew)
	case within(p, "/home"):
		// impermanence copies the owners of a path's parents from the storage, where /home/USER is root's own.
		ps.addf(key, p, "use home_directories or home_files, which keep a path in every home", "the homes would belong to root from the next boot on")
	case slices.ContainsFunc(foreignTrees, func(tree string) bool { return within(p, tree) }):
		ps.addf(key, p, "remove it", KeptAnyway)
	}
}

// within tells whether a clean path is a folder or below it.
func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// homePath checks a path relative to a home, of which some files are home-manager's.
func homePath(ps *problems, key, p string, managed []string) {
	switch {
	case !plainPath(ps, key, p):
	case path.IsAbs(p) || strings.HasPrefix(p, "~"):
		ps.addf(key, p, "write it without the home, such as .config/app", "it is not relative to a home")
	case p == "." || p != path.Clean(p):
		ps.addf(key, p, "name a folder or file in the home in its shortest form", "the path can be written shorter")
	case slices.Contains(managed, p):
		ps.addf(key, p, "remove it, and write what you need into home.nix", ManagedByHome)
	}
}

// plainPath checks what holds for every path; it tells whether the path was good.
func plainPath(ps *problems, key, p string) bool {
	switch {
	case p == "":
		ps.addf(key, "", "remove the empty entry", "it is empty")
	case !clean(ps, key, p):
	case len(p) > maxPath:
		ps.addf(key, p, "shorten it", "it is longer than %d bytes", maxPath)
	case slices.Contains(strings.Split(p, "/"), ".."):
		ps.addf(key, p, "write the path that you mean", "it contains ..")
	default:
		return true
	}
	return false
}
