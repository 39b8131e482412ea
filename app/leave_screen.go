//go:build !ci

package main

/*
#include <dlfcn.h>
#include <stddef.h>

extern void letheDisplayGone(void);

static int gone(void *display) { (void)display; letheDisplayGone(); return 0; }

typedef int (*handler)(void *);

// The window runs without libX11 under Wayland, so it is used only where GLFW has loaded it.
static void watchDisplay(void) {
	void *x = dlopen("libX11.so.6", RTLD_LAZY | RTLD_NOLOAD);
	if (x == NULL) return;
	handler (*set)(handler) = (handler (*)(handler))dlsym(x, "XSetIOErrorHandler");
	if (set != NULL) set(gone);
}
*/
import "C"

// displayGone is called in Fyne's loop when the X server has gone away, and must not return: Xlib would end the process at once.
var displayGone func()

//export letheDisplayGone
func letheDisplayGone() { displayGone() }

// whenDisplayGone has f called, in Fyne's loop, once the X server has gone away.
func whenDisplayGone(f func()) {
	displayGone = f
	C.watchDisplay()
}
