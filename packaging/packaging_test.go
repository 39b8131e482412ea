package packaging_test

import (
	"bufio"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"lethe/engine"
)

const id = "org.lethe.Lethe"

// fyneApp is the part of FyneApp.toml that packages repeat.
type fyneApp struct {
	Details     struct{ Name, ID, Version string }
	LinuxAndBSD struct {
		GenericName, Comment string
		Categories, Keywords []string
	}
	Languages []string
}

func readFyneApp(t *testing.T) fyneApp {
	t.Helper()
	var app fyneApp
	if _, err := toml.DecodeFile(filepath.Join("..", "FyneApp.toml"), &app); err != nil {
		t.Fatal(err)
	}
	return app
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// entries are the keys of a desktop entry's group.
func entries(t *testing.T, group string) map[string]string {
	t.Helper()
	found, in := map[string]string{}, false
	lines := bufio.NewScanner(strings.NewReader(read(t, id+".desktop")))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "[") {
			in = line == "["+group+"]"
		} else if key, value, ok := strings.Cut(line, "="); ok && in {
			found[key] = value
		}
	}
	return found
}

func TestDesktopEntrySaysWhatFyneAppSays(t *testing.T) {
	app, entry := readFyneApp(t), entries(t, "Desktop Entry")
	want := map[string]string{
		"Name": app.Details.Name, "Icon": app.Details.ID, "Exec": "lethe", "TryExec": "lethe", "StartupWMClass": app.Details.Name,
		"GenericName": app.LinuxAndBSD.GenericName, "Comment": app.LinuxAndBSD.Comment,
		"Categories": strings.Join(app.LinuxAndBSD.Categories, ";") + ";", "Keywords": strings.Join(app.LinuxAndBSD.Keywords, ";") + ";",
	}
	for key, value := range want {
		if entry[key] != value {
			t.Errorf("%s is %q in the menu entry and %q in FyneApp.toml", key, entry[key], value)
		}
	}
	if app.Details.ID != id {
		t.Errorf("FyneApp.toml says %s and the files here are called %s", app.Details.ID, id)
	}
}

// TestTranslations looks for every language of the window in all that people read.
func TestTranslations(t *testing.T) {
	app := readFyneApp(t)
	files, err := filepath.Glob(filepath.Join("..", "assets", "translations", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("there are no translations", err)
	}
	var languages []string
	for _, file := range files {
		languages = append(languages, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	if diff := cmp.Diff(languages, app.Languages); diff != "" {
		t.Errorf("the window and FyneApp.toml speak other languages: %s", diff)
	}
	for _, language := range languages {
		if language == "en" {
			continue
		}
		for group, keys := range map[string][]string{"Desktop Entry": {"GenericName", "Comment", "Keywords"}, "Desktop Action rehearse": {"Name"}} {
			for _, key := range keys {
				if entry := entries(t, group); entry[key] == "" || entry[key+"["+language+"]"] == "" {
					t.Errorf("%s of %s is not there in %s", key, group, language)
				}
			}
		}
		for _, file := range []string{id + ".metainfo.xml", id + ".policy.in"} {
			text := read(t, file)
			for _, element := range []string{"summary", "p", "li", "description", "message"} {
				plain, translated := strings.Count(text, "<"+element+">"), strings.Count(text, "<"+element+` xml:lang="`+language+`">`)
				if container := file != id+".policy.in" && element == "description"; plain != translated && !container {
					t.Errorf("%s has %d <%s> and %d in %s", file, plain, element, translated, language)
				}
			}
		}
	}
}

func TestMetainfo(t *testing.T) {
	app := readFyneApp(t)
	var info struct {
		ID         string   `xml:"id"`
		Name       string   `xml:"name"`
		Licence    string   `xml:"project_license"`
		Summaries  []string `xml:"summary"`
		Launchable string   `xml:"launchable"`
		Binaries   []string `xml:"provides>binary"`
		Releases   []struct {
			Version string `xml:"version,attr"`
		} `xml:"releases>release"`
	}
	if err := xml.Unmarshal([]byte(read(t, id+".metainfo.xml")), &info); err != nil {
		t.Fatal(err)
	}
	if info.ID != id || info.Launchable != id+".desktop" || info.Name != app.Details.Name || info.Summaries[0] != app.LinuxAndBSD.Comment {
		t.Errorf("the metainfo is about something else: %+v", info)
	}
	if len(info.Releases) == 0 || info.Releases[0].Version != engine.Release || app.Details.Version != engine.Release {
		t.Errorf("the newest release is %+v in the metainfo, %s in FyneApp.toml and %s in the program", info.Releases, app.Details.Version, engine.Release)
	}
	if licence := read(t, filepath.Join("..", "LICENSE")); !strings.HasPrefix(licence, info.Licence+" ") {
		t.Errorf("the metainfo says %s and LICENSE %.20q", info.Licence, licence)
	}
	for _, program := range info.Binaries {
		if !strings.Contains(read(t, "install.sh"), `"$build/`+program+`"`) {
			t.Errorf("%s is not installed", program)
		}
	}
}

// TestPolicy holds that an installed system asks for an administrator's password every time, for the root side and nothing else.
func TestPolicy(t *testing.T) {
	var policy struct {
		Actions []struct {
			ID        string `xml:"id,attr"`
			Any       string `xml:"defaults>allow_any"`
			Inactive  string `xml:"defaults>allow_inactive"`
			Active    string `xml:"defaults>allow_active"`
			Annotated []struct {
				Key   string `xml:"key,attr"`
				Value string `xml:",chardata"`
			} `xml:"annotate"`
		} `xml:"action"`
	}
	if err := xml.Unmarshal([]byte(read(t, id+".policy.in")), &policy); err != nil {
		t.Fatal(err)
	}
	if len(policy.Actions) != 1 {
		t.Fatalf("%d actions", len(policy.Actions))
	}
	action, annotated := policy.Actions[0], map[string]string{}
	for _, a := range action.Annotated {
		annotated[a.Key] = a.Value
	}
	want := map[string]string{"org.freedesktop.policykit.exec.path": "@ENGINE@", "org.freedesktop.policykit.exec.argv1": "serve"}
	if diff := cmp.Diff(want, annotated); diff != "" {
		t.Errorf("annotations: %s", diff)
	}
	for _, answer := range []string{action.Any, action.Inactive, action.Active} {
		if answer != "auth_admin" {
			t.Errorf("it answers %s", answer)
		}
	}
	if !strings.HasPrefix(action.ID, id+".") {
		t.Errorf("action %s", action.ID)
	}
}

// TestManPageOfTheWindow compares the page with the flags in the code.
func TestManPageOfTheWindow(t *testing.T) {
	page := read(t, "lethe.1")
	flags := regexp.MustCompile(`flags\.\w+\("([a-z-]+)"`).FindAllStringSubmatch(read(t, filepath.Join("..", "app", "main.go")), -1)
	if len(flags) == 0 {
		t.Fatal("no flag was found")
	}
	for _, flag := range flags {
		if !strings.Contains(page, `\-\-`+strings.ReplaceAll(flag[1], "-", `\-`)) {
			t.Errorf("the page does not have --%s", flag[1])
		}
	}
}

// TestWindowIsBuiltInOneWay compares what chooses the code of the window: in the Makefile, and where its licences are collected.
func TestWindowIsBuiltInOneWay(t *testing.T) {
	tags := regexp.MustCompile(`-tags ([a-z_,]+) `)
	built := tags.FindStringSubmatch(read(t, filepath.Join("..", "Makefile")))
	listed := tags.FindStringSubmatch(read(t, "dist.sh"))
	if built == nil || listed == nil || built[1] != listed[1] {
		t.Errorf("it is built with %q, and the licences are those of %q", built, listed)
	}
}
