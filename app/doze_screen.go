//go:build !ci

package main

import (
	"time"

	"github.com/go-gl/glfw/v3.4/glfw"
	"golang.org/x/sys/unix"
)

// glfwDoze waits in the GLFW that Fyne uses. Fyne's loop is the only goroutine on the process's first thread.
func glfwDoze() doze {
	return doze{
		wait:   func(d time.Duration) { glfw.WaitEventsTimeout(d.Seconds()) },
		wake:   glfw.PostEmptyEvent,
		inLoop: func() bool { return unix.Gettid() == unix.Getpid() },
	}
}
