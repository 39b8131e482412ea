//go:build ci

package main

// whenDisplayGone does nothing where there is no display.
func whenDisplayGone(func()) {}
