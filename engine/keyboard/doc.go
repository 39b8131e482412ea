// Package keyboard tells which typed characters sit on other keys at the boot prompt than in the running session, so that a
// passphrase that is chosen in a window can be typed again before the system is there.
//
// A [Map] says which keys give a character: [Console] reads one from kbd's keymaps (what a NixOS initrd loads) and [Session] one
// from XKB's symbols (what X and Wayland use). [Compare] lists the characters that move. [SessionLayout] guesses the layout of the
// running session. All of it is pure over an [io/fs.FS], normally os.DirFS("/"); nothing is run and nothing is kept.
//
// Where a machine has no such files, a built-in table made from kbd's and xkeyboard-config's data answers for the usual layouts;
// [Map.Origin] says which it was. Limits: keys of the keypad are left out, because Num Lock decides what they give; so are
// characters that need a lock, a second layout group, the Compose key or an input method. Dead keys combine as they do in the
// kernel without a keymap's own compose lines, and as in Unicode's canonical compositions under XKB.
package keyboard
