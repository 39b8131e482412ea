package config

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/BurntSushi/toml"
)

//go:embed example.toml
var example string

// Example is a commented file with every key, which decodes and is valid.
func Example() string { return example }

const fileHeader = "# What to install, for Lethe. There is no secret in here, so this file may be kept and shared.\n\n"

// Encode writes a file that [Decode] reads back as an equal value, except that empty lists become absent
// ones. What is left open is not in the file: no empty text or list, no size or number 0, no false. It fails when no file can hold c: text that is not UTF-8, another version, or more than 1 MiB.
func (c Config) Encode() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(fileHeader)
	enc := toml.NewEncoder(&b)
	enc.Indent = ""
	if err := enc.Encode(c); err != nil {
		return nil, fmt.Errorf("cannot write the wishes: %w", err)
	}
	if _, err := Decode(bytes.NewReader(b.Bytes())); err != nil {
		return nil, fmt.Errorf("cannot write the wishes so that they can be read again: %w", err)
	}
	return b.Bytes(), nil
}
