package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
)

// Mark is by what a secret is known again without being kept: a digest of it and of a random key that exists nowhere else. Like the
// secret itself it lies in locked memory, since who reads it can try guesses quickly.
type Mark struct{ key, sum *Secret }

// markKey is the length of the random key in bytes.
const markKey = 64

// Mark makes one of the secret. A wiped secret is an error.
func (s *Secret) Mark() (*Mark, error) {
	key, err := Random(markKey)
	if err != nil {
		return nil, err
	}
	m := &Mark{key: key}
	sum, err := m.of(s)
	if err != nil {
		key.Wipe()
		return nil, err
	}
	m.sum = New(sum[:])
	return m, nil
}

// of is the digest: of the key, the secret padded with zeros to whole blocks of SHA-256, and its length. Of whole blocks the hash
// keeps no copy in memory that is nobody's to wipe.
func (m *Mark) of(s *Secret) (sum [sha256.Size]byte, err error) {
	err = s.Use(func(text []byte) error {
		padded := (len(text) + sha256.BlockSize - 1) / sha256.BlockSize * sha256.BlockSize
		block := reserve(markKey + padded + sha256.BlockSize)
		defer block.wipe()
		copy(block.text[markKey:], text)
		binary.BigEndian.PutUint64(block.text[markKey+padded:], uint64(len(text)))
		return m.key.Use(func(key []byte) error {
			copy(block.text, key)
			sum = sha256.Sum256(block.text)
			return nil
		})
	})
	return sum, err
}

// Fits tells whether it is the mark of this secret. A wiped mark fits nothing, and nothing fits a wiped secret.
func (m *Mark) Fits(s *Secret) bool {
	sum, err := m.of(s)
	if err != nil {
		return false
	}
	fits := false
	_ = m.sum.Use(func(own []byte) error {
		fits = subtle.ConstantTimeCompare(own, sum[:]) == 1
		return nil
	}) // wiped: it fits nothing
	return fits
}

// Wipe overwrites the mark. It may be called again.
func (m *Mark) Wipe() {
	m.key.Wipe()
	m.sum.Wipe()
}
