// Package helper is the root side of Lethe and the way to it: a process that root runs, and a client that talks to it through
// standard input and output.
//
// The window and the command line stay an ordinary user's processes. The helper takes typed operations only, those of [Host]; plans
// are checked by it again, and secrets travel as raw frames that no encoder ever sees. It exports nothing into users' folders.
package helper
