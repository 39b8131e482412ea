// Package command describes outside programs as data: name, arguments, and what they read on standard
// input. The plan shows these values to a person and package tool runs the very same ones, so what was
// reviewed is what is done.
//
// It guarantees that a command never holds a secret, only the name of one, and that [Command.Shell] is safe to
// run whatever name, arguments and input are. It runs nothing.
package command

import (
	"strings"
)

// Command is one call of an outside program.
type Command struct {
	Name string   `json:"name"` // program name without a directory
	Args []string `json:"args"`
	// Env holds NAME=value pairs that the program needs; never a secret.
	Env []string `json:"env,omitempty"`
	// Input is literal text for standard input, such as an sfdisk script.
	Input string `json:"input,omitempty"`
	// Secret names the secret that standard input carries, without a newline at its end.
	Secret string `json:"secret,omitempty"`
}

// New makes a command that reads nothing.
func New(name string, args ...string) Command { return Command{Name: name, Args: args} }

// Shell gives the command as a line that a person could paste into a POSIX shell. Secrets are asked for by
// the program itself there, so options that feed them through a pipe are left out.
func (c Command) Shell() string {
	var words []string
	for _, pair := range c.Env {
		name, value, _ := strings.Cut(pair, "=")
		words = append(words, name+"="+Quote(value))
	}
	words = append(words, Quote(c.Name))
	for _, arg := range c.Args {
		if c.Secret != "" && (arg == keyFromStdin || arg == "--batch-mode") {
			continue
		}
		words = append(words, Quote(arg))
	}
	line := strings.Join(words, " ")
	if c.Input != "" {
		end := heredocEnd(c.Input)
		line += " <<'" + end + "'\n" + strings.TrimSuffix(c.Input, "\n") + "\n" + end
	}
	return line
}

// heredocEnd is a word that is no line of text.
func heredocEnd(text string) string {
	end := "EOF"
	for strings.Contains("\n"+text+"\n", "\n"+end+"\n") {
		end += "F"
	}
	return end
}

// Quote makes one word for a POSIX shell. Words of harmless characters stay as they are; everything else is
// put in single quotes.
func Quote(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,@%+") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
