//go:build !ci

package main

import "github.com/go-gl/glfw/v3.4/glfw"

// notInitialized is GLFW_NOT_INITIALIZED, for which go-gl has no name that others may use.
const notInitialized glfw.ErrorCode = 0x00010001

// shown shows a window. Where GLFW cannot reach the display, Fyne goes on without it, and the first use of it is a panic.
func shown(show func()) (err error) {
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case *glfw.Error:
			if cause.Code != notInitialized {
				panic(cause)
			}
			err = errUnreachable
		default:
			panic(cause)
		}
	}()
	show()
	return nil
}
