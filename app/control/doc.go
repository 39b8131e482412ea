// Package control holds Fyne's own controls with the keys that Lethe's window gives them.
//
// Fyne hands a key to the control that has the focus and to nobody else, so Enter, Escape and Alt with an arrow would be lost in an
// entry or on a button. These controls hand on what they have no use for: keys to the canvas's OnTypedKey, shortcuts to its own
// shortcuts. A window needs to listen in one place only. Enter does what Space does on a button.
package control
