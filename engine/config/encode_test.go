package config

import (
	"bytes"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"lethe/engine/quantity"
)

// hostile mixes plain words with what breaks careless writers.
func hostile() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "else", "${x}", "''", `"`, `\`, "\"\"\"", "a\nb", "\t", "\r\n", "\x7f", "# no", "[x]", "ä€😀", "\u202e"}))
}

func anyConfig() *rapid.Generator[Config] {
	return rapid.Custom(func(t *rapid.T) Config {
		text := func(name string) string { return hostile().Draw(t, name) }
		list := func(name string) []string { return rapid.SliceOfN(hostile(), 0, 3).Draw(t, name) }
		yes := func(name string) bool { return rapid.Bool().Draw(t, name) }
		size := func(name string) quantity.Bytes { return quantity.Bytes(rapid.Uint64().Draw(t, name)) }
		user := rapid.Custom(func(t *rapid.T) User {
			return User{Name: hostile().Draw(t, "name"), FullName: hostile().Draw(t, "full"), UID: rapid.Int().Draw(t, "uid"), Admin: rapid.Bool().Draw(t, "admin"), Shell: hostile().Draw(t, "shell"), AuthorizedKeys: rapid.SliceOfN(hostile(), 0, 2).Draw(t, "keys")}
		})
		return Config{
			Version:     Version,
			Disk:        Disk{Target: text("target"), ESP: size("esp"), Filesystem: text("fs"), Tmpfs: text("tmpfs")},
			Encryption:  Encryption{Enable: yes("enable"), AllowDiscards: yes("discards")},
			Swap:        Swap{Mode: SwapMode(text("mode")), Size: size("swap"), KeepPlain: yes("keep")},
			Host:        Host{Name: text("host"), Network: text("network")},
			Locale:      Locale{Language: text("language"), TimeZone: text("zone"), ConsoleKeymap: text("keymap"), XkbLayout: text("layout"), XkbVariant: text("variant")},
			Desktop:     Desktop{Environment: text("desktop")},
			Services:    Services{Bluetooth: yes("bluetooth"), Steam: yes("steam")},
			Users:       rapid.SliceOfN(user, 0, 3).Draw(t, "users"),
			Persistence: Persistence{Home: text("home"), Directories: list("dirs"), Files: list("files"), HomeDirectories: list("hdirs"), HomeFiles: list("hfiles")},
			Nix:         Nix{Channel: text("channel"), System: text("system")},
			Lethe:       Lethe{Enable: yes("lethe"), URL: text("url")},
			Repo:        Repo{Source: text("source"), Rev: text("rev"), DisksFile: text("disks"), HardwareFile: text("hardware")},
		}
	})
}

func TestEncodeReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyConfig().Draw(t, "config")
		data, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(c, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n%s", diff, data)
		}
		if twice, _ := c.Encode(); !bytes.Equal(data, twice) {
			t.Fatal("two writings differ")
		}
	})
}

// TestEncodeLeavesOpenWishesOut looks at every value in a file that was written.
func TestEncodeLeavesOpenWishesOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data, err := anyConfig().Draw(t, "config").Encode()
		if err != nil {
			t.Fatal(err)
		}
		raw := map[string]any{}
		if _, err := toml.Decode(string(data), &raw); err != nil {
			t.Fatal(err)
		}
		if open := openKeys("", raw); len(open) > 0 {
			t.Fatalf("%v say nothing:\n%s", open, data)
		}
	})
	data, err := Config{Version: Version}.Encode()
	if err != nil || string(data) != fileHeader+"version = 1\n" {
		t.Errorf("no wish at all is %q, %v", data, err)
	}
}

// openKeys lists the keys of a table whose values are those of no wish. A user is one, whatever is said of them.
func openKeys(name string, table map[string]any) []string {
	var open []string
	for key, value := range table {
		key = dotted(name, key)
		switch v := value.(type) {
		case map[string]any:
			if len(v) == 0 {
				open = append(open, key)
			}
			open = append(open, openKeys(key, v)...)
		case []map[string]any:
			for _, element := range v {
				open = append(open, openKeys(key, element)...)
			}
		case []any:
			if len(v) == 0 {
				open = append(open, key)
			}
		default:
			if v == "" || v == "0B" || v == false || v == int64(0) {
				open = append(open, key)
			}
		}
	}
	return open
}

func TestEncodeRefusesWhatNoFileCanHold(t *testing.T) {
	for name, c := range map[string]Config{
		"another version": {Version: 7},
		"invalid UTF-8":   {Version: 1, Host: Host{Name: "\xff"}},
		"too large":       {Version: 1, Host: Host{Name: strings.Repeat("a", MaxFile)}},
	} {
		if data, err := c.Encode(); err == nil {
			t.Errorf("%s: got %d bytes", name, len(data))
		}
	}
}

func TestExampleHasEveryKey(t *testing.T) {
	var raw map[string]any
	meta, err := toml.Decode(Example(), &raw)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, key := range meta.Keys() {
		there[strings.Replace(key.String(), "users.", "users[].", 1)] = true
	}
	for _, key := range Keys() {
		if !there[key] {
			t.Errorf("the example lacks %s", key)
		}
	}
	if len(Keys()) < 45 {
		t.Errorf("only %d keys were found in the types", len(Keys()))
	}
}

func TestExampleIsValid(t *testing.T) {
	c, err := decode(Example())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if c.Users[0].Name != "ada" || c.Swap.Size != 8*quantity.GiB {
		t.Errorf("got %+v", c)
	}
}
