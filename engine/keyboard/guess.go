package keyboard

import (
	"bufio"
	"bytes"
	"io/fs"
	"path"
	"strings"
)

// Layout is a keyboard layout of a session.
type Layout struct {
	Name    string // such as "de"
	Variant string // such as "nodeadkeys"; "" for the layout's default
}

// String writes the layout as XKB does, such as "de(nodeadkeys)".
func (l Layout) String() string { return layoutName(l.Name, l.Variant) }

// SessionLayout guesses the layouts of the running session and says where it found them: Plasma's kxkbrc, what the environment sets
// for Wayland's compositors, what localectl wrote, or Debian's own file. The first layout is the one that a session starts with;
// one that a person switched to later cannot be seen from here. Without a trace it is "us" and the origin is empty. The environment
// is asked for HOME, XDG_CONFIG_HOME and XKB_DEFAULT_LAYOUT and its VARIANT; root is normally os.DirFS("/").
func SessionLayout(root fs.FS, env func(string) string) (layouts []Layout, origin string) {
	config := env("XDG_CONFIG_HOME")
	if config == "" {
		config = path.Join(env("HOME"), ".config")
	}
	if found := kxkbrc(root, path.Join(config, "kxkbrc")); len(found) > 0 {
		return found, path.Join(config, "kxkbrc")
	}
	if found := pair(env("XKB_DEFAULT_LAYOUT"), env("XKB_DEFAULT_VARIANT")); len(found) > 0 {
		return found, "XKB_DEFAULT_LAYOUT"
	}
	for _, file := range []struct {
		name  string
		parse func(fs.FS, string) []Layout
	}{{"/etc/X11/xorg.conf.d/00-keyboard.conf", xorgConf}, {"/etc/vconsole.conf", assignments}, {"/etc/default/keyboard", assignments}} {
		if found := file.parse(root, file.name); len(found) > 0 {
			return found, file.name
		}
	}
	return []Layout{{Name: "us"}}, ""
}

// lines gives a file's lines without the blanks around them; none where it cannot be read.
func lines(root fs.FS, name string) []string {
	name, ok := rooted(name)
	if !ok {
		return nil
	}
	data, err := readFile(root, name)
	if err != nil {
		return nil
	}
	var all []string
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		all = append(all, strings.TrimSpace(s.Text()))
	}
	return all
}

// pair puts the lists "us,de" and ",nodeadkeys" together; names that are none are left out.
func pair(names, variants string) []Layout {
	var all []Layout
	each := strings.Split(variants, ",")
	for i, name := range strings.Split(names, ",") {
		l := Layout{Name: strings.TrimSpace(name)}
		if i < len(each) {
			l.Variant = strings.TrimSpace(each[i])
		}
		if plainName(l.Name) && (l.Variant == "" || plainName(l.Variant)) {
			all = append(all, l)
		}
	}
	return all
}

// kxkbrc reads Plasma's settings, which count where Use is true.
func kxkbrc(root fs.FS, name string) []Layout {
	values := map[string]string{}
	group := ""
	for _, line := range lines(root, name) {
		if strings.HasPrefix(line, "[") {
			group = line
		} else if key, value, ok := strings.Cut(line, "="); ok && group == "[Layout]" {
			key, _, _ = strings.Cut(key, "[") // marks such as [$i]
			values[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	if values["Use"] != "true" {
		return nil
	}
	return pair(values["LayoutList"], values["VariantList"])
}

// xorgConf reads what localectl and NixOS write: Option "XkbLayout" "us,de".
func xorgConf(root fs.FS, name string) []Layout {
	values := map[string]string{}
	for _, line := range lines(root, name) {
		words := strings.Split(line, `"`)
		if len(words) >= 4 && strings.EqualFold(strings.TrimSpace(words[0]), "option") {
			values[strings.ToLower(words[1])] = words[3]
		}
	}
	return pair(values["xkblayout"], values["xkbvariant"])
}

// assignments reads shell assignments, XKBLAYOUT="us".
func assignments(root fs.FS, name string) []Layout {
	values := map[string]string{}
	for _, line := range lines(root, name) {
		if key, value, ok := strings.Cut(line, "="); ok {
			values[key] = strings.Trim(value, `"'`)
		}
	}
	return pair(values["XKBLAYOUT"], values["XKBVARIANT"])
}
