package persist

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// unitFolder is a folder that a unit of systemd calls its own.
type unitFolder struct {
	path  string
	name  string
	worth bool // keeping: state and logs are, a cache is not
}

const (
	maxUnits    = 2000
	maxUnitSize = 256 << 10
)

// readUnits reads the services of a system. What cannot be read is left out: the folders are then of nobody known.
func readUnits(root string) []unitFolder {
	folder := filepath.Join(root, "/etc/systemd/system")
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	defer f.Close()
	names, err := f.Readdirnames(maxUnits)
	if err != nil {
		return nil
	}
	slices.Sort(names) // of two that claim one folder the first counts, always the same
	var found []unitFolder
	for _, name := range names {
		if strings.HasSuffix(name, ".service") {
			found = append(found, parseUnit(name, readSmall(filepath.Join(folder, name)))...)
		}
	}
	return found
}

// readSmall reads a regular file, and nothing where it is something else or too big. The name may be a pipe that nobody writes to.
func readSmall(name string) []byte {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(f, maxUnitSize))
	if err != nil {
		return nil
	}
	return text
}

// parseUnit finds StateDirectory, CacheDirectory and LogsDirectory, and names them by the unit's Description.
func parseUnit(file string, text []byte) []unitFolder {
	name := strings.TrimSuffix(strings.TrimSuffix(file, ".service"), "@")
	private := false
	kinds := map[string][]string{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		key, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if !ok {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch key {
		case "Description":
			if value != "" {
				name = value
			}
		case "DynamicUser":
			private = value == "true" || value == "yes" || value == "1" || value == "on"
		case "StateDirectory", "CacheDirectory", "LogsDirectory":
			if value == "" {
				kinds[key] = nil // systemd's way to take back what was said before
			}
			kinds[key] = append(kinds[key], strings.Fields(value)...)
		}
	}
	return unitFolders(name, private, kinds)
}

func unitFolders(name string, private bool, kinds map[string][]string) []unitFolder {
	var found []unitFolder
	for _, place := range []struct{ key, base string }{{"StateDirectory", "/var/lib"}, {"CacheDirectory", "/var/cache"}, {"LogsDirectory", "/var/log"}} {
		key, base := place.key, place.base
		for _, value := range kinds[key] {
			folder, _, _ := strings.Cut(strings.Trim(value, `"`), ":") // a link to it may follow
			if folder == "" || strings.ContainsAny(folder, `%\`) || !filepath.IsLocal(folder) || filepath.Clean(folder) == "." {
				continue
			}
			u := unitFolder{filepath.Join(base, folder), name, key != "CacheDirectory"}
			found = append(found, u)
			if private {
				u.path = filepath.Join(base, "private", folder)
				found = append(found, u)
			}
		}
	}
	return found
}
