// Package packaging holds no code: its folder has what desktops and distributions read of Lethe, and its tests compare that
// with what the programs say of themselves.
package packaging
