//go:build ci

package main

// glfwDoze is nothing where Fyne draws without a display, as it does with its own tag ci.
func glfwDoze() doze { return doze{} }
