// Package madeup makes a system for rehearsing with the persist explorer: a root, a persist tree and a repository, in one temporary
// folder, with what a used laptop has: pairings, networks, a browser's profile, caches, containers, and orphans of programs that were
// removed.
//
// It guarantees that all of it lies in that folder and is gone with it, that every file is really there with its size, and that keeping
// and forgetting work on it as they do on a system. Its limits: nothing is mounted, so what the system keeps is in the persist tree only; its
// files belong to whoever made it; and how full its memory is said to be is what its files would take.
package madeup

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/flake"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
	"lethe/engine/quantity"
)

//go:embed tree.tsv
var treeText string

// kept is what the configuration of the made-up system keeps.
var kept = flake.Kept{
	Directories: []string{"/var/log", "/var/lib/nixos", "/var/lib/systemd", "/home/ada/Pictures", "/etc/nixos"},
	Files:       []string{"/etc/machine-id"},
}

// System is a made-up system.
type System struct {
	Folder string
	Place  keep.Place
}

// host is what the system calls itself.
const host = "styx"

// Make makes a system in a new folder below parent. Without an error the caller removes it.
func Make(ctx context.Context, parent string) (s System, err error) {
	folder, err := os.MkdirTemp(parent, "lethe-made-up-")
	if err != nil {
		return System{}, fmt.Errorf("cannot make up a system: %w; set TMPDIR to a folder that you may write to", err)
	}
	s = System{Folder: folder, Place: keep.Place{
		Root: filepath.Join(folder, "root"), Persist: filepath.Join(folder, "persist"), Repo: filepath.Join(folder, "nixos"), Host: host,
		MountInfo: filepath.Join(folder, "mountinfo"),
	}}
	if err := errors.Join(s.fill(ctx), s.configure(ctx)); err != nil {
		return System{}, errors.Join(fmt.Errorf("cannot make up a system: %w", err), s.Remove())
	}
	return s, nil
}

// Remove deletes the system.
func (s System) Remove() error { return os.RemoveAll(s.Folder) }

// Request asks what the system would forget.
func (s System) Request() persist.Request {
	d := persist.Declared{Source: persist.FromFile}
	for _, p := range kept.Directories {
		d.Entries = append(d.Entries, persist.Entry{Path: p, State: persist.Mounted, Stored: p})
	}
	for _, p := range kept.Files {
		d.Entries = append(d.Entries, persist.Entry{Path: p, File: true, State: persist.Mounted, Stored: p})
	}
	return persist.Request{Root: s.Place.Root, Persist: s.Place.Persist, Declared: d}
}

// Space is how full the memory of the made-up root is, with so many bytes of files in it.
func (System) Space(used int64) persist.Space {
	return persist.Space{Filesystem: "tmpfs", Size: int64(64 * quantity.MiB), Used: used + int64(quantity.MiB)}
}

// fill writes all files.
func (s System) fill(ctx context.Context) error {
	zeros := make([]byte, 10<<20)
	now := time.Now()
	for line := range strings.Lines(treeText) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || cells[0] == "where" {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.grow(cells, zeros, now); err != nil {
			return err
		}
	}
	list, err := json.Marshal(map[string]flake.Kept{flake.Storage: kept})
	if err != nil {
		return err
	}
	for name, text := range map[string]string{
		s.Place.Root + flake.KeptFile:       string(list),
		s.Place.Persist + "/etc/machine-id": "3f1c0b7e9d2a4c55a0e1d2c3b4a59687\n",
		s.Place.Root + "/etc/group":         fmt.Sprintf("root:x:0:\nusers:x:%d:\n", os.Getgid()),
		s.Place.MountInfo:                   "22 1 0:20 / / rw - tmpfs tmpfs rw\n",
		s.Place.Root + "/etc/NIXOS":         "",
	} {
		if err := write(name, []byte(text), now); err != nil {
			return err
		}
	}
	return s.Dress("/")
}

// grow writes the files of a line.
func (s System) grow(cells []string, zeros []byte, now time.Time) error {
	if len(cells) != 5 {
		return fmt.Errorf("the made-up tree has a line of %d columns: %q", len(cells), cells)
	}
	count, err := strconv.Atoi(cells[1])
	size, err2 := strconv.Atoi(cells[2])
	hours, err3 := strconv.Atoi(cells[3])
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	modified := now.Add(-time.Duration(hours) * time.Hour)
	for i := range count {
		name := strings.ReplaceAll(cells[4], "#", strconv.Itoa(i+1))
		var trees []string
		switch cells[0] {
		case "root":
			trees = []string{s.Place.Root}
		case "kept", "orphan":
			trees = []string{s.Place.Persist}
		case "differs":
			trees = []string{s.Place.Root, s.Place.Persist}
		default:
			return fmt.Errorf("the made-up tree has files in %q", cells[0])
		}
		for n, tree := range trees {
			text := zeros[:min(size+n, len(zeros))]
			if err := write(tree+name, text, modified.Add(-time.Duration(i+100*n)*time.Minute)); err != nil {
				return err
			}
		}
	}
	return nil
}

func write(name string, text []byte, modified time.Time) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil { //nolint:gosec // G301: as a system has them; another mode would be declared
		return err
	}
	if err := os.WriteFile(name, text, 0o644); err != nil { //nolint:gosec // G306: the same
		return err
	}
	return os.Chtimes(name, modified, modified)
}

// Dress gives whoever made the system the name of the user to whom a path belongs on a real one: all its files have one owner here, and
// a configuration that says so of /var/lib would mislead.
func (s System) Dress(path string) error {
	mine := "root"
	if strings.HasPrefix(path, "/home/ada") {
		mine = "ada"
	}
	uid, gid := os.Getuid(), os.Getgid()
	var b bytes.Buffer
	fmt.Fprintf(&b, "root:x:0:0:System administrator:/root:/bin/sh\n")
	if uid != 0 {
		fmt.Fprintf(&b, "%s:x:%d:%d::/home/ada:/bin/sh\n", mine, uid, gid)
	}
	if mine != "ada" || uid == 0 {
		fmt.Fprintf(&b, "ada:x:%d:%d::/home/ada:/bin/sh\n", 1000+uid, gid)
	}
	return write(s.Place.Root+"/etc/passwd", b.Bytes(), time.Now().Add(-100*24*time.Hour))
}

// configure writes the repository, as an installation of this system would have.
func (s System) configure(ctx context.Context) error {
	wishes := config.Config{Version: config.Version, Users: []config.User{{Name: "ada"}}}
	wishes.Host.Name = host
	p, err := engine.Plan(ctx, engine.Imagined(0), engine.Request{Wishes: wishes, Memory: 8 * quantity.GiB, Entropy: rand.Reader})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(p.Configuration.Files.Files, func(f flake.File) bool { return f.Path == flake.AddedFile }) {
		return fmt.Errorf("the configuration has no %s", flake.AddedFile)
	}
	return engine.Export(ctx, p, "", s.Place.Repo)
}
