// Package look is how the window looks: a theme with a light and a dark variant that follow the desktop, the colours of the
// partition map, distances, and icons.
//
// It guarantees that every colour it names is in the theme of [New], in both variants, and that text on the colours meant to
// carry it has a contrast of at least 4.5:1. It knows nothing of disks, pages or widgets. Fonts are Fyne's own.
package look
