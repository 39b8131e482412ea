package flake

import (
	"bytes"
	"crypto/subtle"
	"fmt"
	"io"
	"strings"

	"github.com/openwall/yescrypt-go"
)

// yescryptSetting is libxcrypt's own default for new passwords (cost 5: N = 4096, r = 32), which takes 16 MiB
// and a fraction of a second.
const yescryptSetting = "$y$j9T$"

// saltBytes is what libxcrypt takes for a salt.
const saltBytes = 16

const cryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// HashPassword gives the yescrypt hash ("$y$…") that login(1) checks a password against. Sixteen bytes of salt are
// read from entropy. The caller writes the result to [PasswordFile] and nowhere else: whoever has it can guess the
// password at leisure. Errors never quote the password.
func HashPassword(password []byte, entropy io.Reader) ([]byte, error) {
	if len(password) == 0 {
		return nil, fmt.Errorf("cannot hash password: it is empty; type at least one character")
	}
	if bytes.ContainsAny(password, "\x00\n") {
		return nil, fmt.Errorf("cannot hash password: it holds a NUL or a line break, which no login prompt can read; choose another")
	}
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(entropy, salt); err != nil {
		return nil, fmt.Errorf("cannot make a salt for the password: %w", err)
	}
	hash, err := yescrypt.Hash(password, []byte(yescryptSetting+encode64(salt)))
	if err != nil {
		return nil, fmt.Errorf("cannot hash password: %w", err)
	}
	return hash, nil
}

// CheckPassword tells whether a hash of [HashPassword] or mkpasswd -m yescrypt belongs to a password.
func CheckPassword(password, hash []byte) bool {
	if !bytes.HasPrefix(hash, []byte("$y$")) {
		return false
	}
	again, err := yescrypt.Hash(password, hash)
	return err == nil && subtle.ConstantTimeCompare(again, hash) == 1
}

// encode64 is crypt's base 64: three bytes at a time, the low six bits first.
func encode64(data []byte) string {
	var b strings.Builder
	for len(data) > 0 {
		n := min(3, len(data))
		var value uint32
		for i := range n {
			value |= uint32(data[i]) << (8 * i)
		}
		for bits := 0; bits < 8*n; bits += 6 {
			b.WriteByte(cryptAlphabet[value&63])
			value >>= 6
		}
		data = data[n:]
	}
	return b.String()
}
