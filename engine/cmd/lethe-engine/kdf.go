package main

import "lethe/engine/command"

// kdfFlag is a key derivation as a flag's value.
type kdfFlag struct{ value *command.KDF }

func (f kdfFlag) String() string {
	if f.value == nil {
		return ""
	}
	return f.value.String()
}

func (f kdfFlag) Set(text string) error {
	k, err := command.ParseKDF(text)
	if err != nil {
		return err
	}
	*f.value = k
	return nil
}

func (kdfFlag) Type() string { return "PASSES,KIB,LANES" }
