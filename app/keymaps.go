package main

import (
	"io/fs"
	"sync"

	"lethe/engine/keyboard"
)

// keymaps knows how the running session's keyboard and those of the console are laid out. Files are read on goroutines of its own.
type keymaps struct {
	root fs.FS
	// loaded is called, on any goroutine, when something became known.
	loaded func()

	mu      sync.Mutex
	session *keyboard.Map
	console map[string]*keyboard.Map // nil while it is read, and where it cannot be
}

func newKeymaps(root fs.FS, loaded func()) *keymaps {
	return &keymaps{root: root, loaded: loaded, console: map[string]*keyboard.Map{}}
}

// readSession finds out the layout of the running session.
func (k *keymaps) readSession(env func(string) string) {
	layouts, _ := keyboard.SessionLayout(k.root, env)
	m, err := keyboard.Session(k.root, layouts[0].Name, layouts[0].Variant)
	if err != nil {
		return // then nobody can tell which characters move, and the page says so
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.session = &m
}

// moved tells which characters lie on other keys of a console keymap. known is false where nobody can tell, or not yet; what the keymap does
// not have is told even where nothing is known of the session.
func (k *keymaps) moved(keymap string, characters []rune) (moved []keyboard.Moved, known bool) {
	console := k.of(keymap)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case console == nil:
		return nil, false
	case k.session == nil:
		return keyboard.Missing(characters, *console), false
	}
	return keyboard.Compare(characters, *console, *k.session), true
}

// of is a console keymap, nil until it is read, and where it cannot be.
func (k *keymaps) of(keymap string) *keyboard.Map {
	k.mu.Lock()
	defer k.mu.Unlock()
	console, asked := k.console[keymap]
	if !asked {
		k.console[keymap] = nil
		go k.read(keymap)
	}
	return console
}

func (k *keymaps) read(keymap string) {
	m, err := keyboard.Console(k.root, keymap)
	if err != nil {
		return
	}
	k.mu.Lock()
	k.console[keymap] = &m
	k.mu.Unlock()
	k.loaded()
}
