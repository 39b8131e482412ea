package session

import (
	"path"
	"strconv"
	"strings"

	"lethe/engine/config"
	"lethe/engine/device"
)

// pathSays puts what is wrong with a path to keep into words for somebody who sees a field with a path on each line. The engine's own words are about
// the keys of a file.
func (s *State) pathSays(p config.Problem) Text {
	list, at, ok := strings.Cut(strings.TrimSuffix(p.Key, "]"), "[")
	number, err := strconv.Atoi(at)
	kept := s.Draft.Wishes.Persistence
	lines := map[string][]string{"persistence.directories": kept.Directories, "persistence.home_directories": kept.HomeDirectories}[list]
	if !ok || err != nil || number >= len(lines) {
		return causeAndNext(p)
	}
	typed, home := lines[number], list == "persistence.home_directories"
	line, shown := strconv.Itoa(number+1), device.Clean(typed)
	inHome, isHome := strings.CutPrefix(path.Clean(typed)+"/", "/home/")
	_, inHome, _ = strings.Cut(inHome, "/")
	switch {
	case strings.Contains("/"+typed+"/", "/../"):
		return say("Line {{.Line}}, {{.Path}}: name the folder itself, without “..”.", "Line", line, "Path", shown)
	case home && (path.IsAbs(typed) || strings.HasPrefix(typed, "~")):
		return say("Line {{.Line}}, {{.Path}}: write it without the home, such as Games/example.", "Line", line, "Path", shown)
	case home && p.Cause.Error() == config.ManagedByHome:
		return say("Line {{.Line}}, {{.Path}}: home-manager writes this file itself. Remove the line.", "Line", line, "Path", shown)
	case !home && !path.IsAbs(typed):
		return say("Line {{.Line}}, {{.Path}}: begin with /. A folder that is kept in each home goes into the other field.", "Line", line, "Path", shown)
	case !home && isHome && strings.Trim(inHome, "/") != "":
		return say("Line {{.Line}}, {{.Path}}: write {{.Short}} into the other field, which is for folders in each home.", "Line", line, "Path", shown, "Short", device.Clean(strings.Trim(inHome, "/")))
	case !home && isHome:
		return say("Line {{.Line}}, {{.Path}}: homes cannot be kept as a whole. Name the folders in them that you need in the other field.", "Line", line, "Path", shown)
	case typed != path.Clean(typed):
		return say("Line {{.Line}}, {{.Path}}: write it as {{.Short}}.", "Line", line, "Path", shown, "Short", device.Clean(path.Clean(typed)))
	case p.Cause.Error() == config.MadeAnew:
		return say("Line {{.Line}}, {{.Path}}: the system makes this folder anew at every boot. Name the parts of it that you need.", "Line", line, "Path", shown)
	case p.Cause.Error() == config.KeptAnyway:
		return say("Line {{.Line}}, {{.Path}}: this is kept anyway, or belongs to the kernel or to one boot only. Remove the line.", "Line", line, "Path", shown)
	case strings.HasSuffix(p.Cause.Error(), config.SamePath):
		return say("Line {{.Line}}, {{.Path}}: it stands there twice. Remove one of the lines.", "Line", line, "Path", shown)
	}
	return say("Line {{.Line}}, {{.Path}}: {{.Why}}", "Line", line, "Path", shown, "Why", "").with("Why", Phrased(p.Cause.Error()))
}
