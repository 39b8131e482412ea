package config

import (
	"errors"
	"strings"
)

// ErrSecret is the cause when a file tries to hold a secret.
var ErrSecret = errors.New("secrets never belong in this file, because it is kept, shared and published")

const whereSecretsComeFrom = "remove the line, and change the secret if others could read the file; Lethe asks for passphrases and passwords when it runs, " +
	"or reads them from a separate file or from standard input"

// secretWords occur in names of keys that would hold a secret, in lower case and without - and _.
var secretWords = []string{"passphrase", "password", "passwd", "hash", "secret", "token", "privatekey", "lukskey", "keyfile", "recoverykey", "credential"}

// refuseSecrets looks at every key before the values are parsed, so that no later message can quote one.
func (k keyLines) refuseSecrets() error {
	var found []Problem
	for key, line := range k {
		if namesSecret(key) {
			found = append(found, Problem{Key: key, Line: line, Cause: ErrSecret, Next: whereSecretsComeFrom})
		}
	}
	return joinByLine(found)
}

// namesSecret judges the last part of a dotted key.
func namesSecret(key string) bool {
	last := key[strings.LastIndexByte(key, '.')+1:]
	plain := strings.NewReplacer("_", "", "-", "", `"`, "").Replace(strings.ToLower(last))
	return containsAny(plain, secretWords)
}
