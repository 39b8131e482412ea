package verify

import (
	"context"
	"errors"
	"strings"
	"testing"

	"lethe/engine/layout"
	"lethe/engine/secret"
)

// TestProofUnderWayIsTaken proves nothing itself: there is no container at the path.
func TestProofUnderWayIsTaken(t *testing.T) {
	s := secret.New([]byte("correct horse"))
	defer s.Wipe()
	const uuid = "11111111-2222-4333-8444-555555555555"
	for _, row := range []struct {
		name  string
		uuid  string
		made  bool
		err   error
		want  Status
		cause string
	}{
		{"proved", uuid, true, nil, Passed, "keyslot 3"},
		{"another container", "99999999-2222-4333-8444-555555555555", true, nil, Failed, "its UUID is 99999999"},
		{"wrong", uuid, true, errors.New("wrong passphrase"), Failed, "wrong passphrase"},
		{"not made", uuid, false, nil, Failed, "no-such-container"},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := Input{
				Passphrase: s, Layout: layout.Layout{LUKS: &layout.LUKS{UUID: uuid}},
				Proof: func(context.Context) (int, string, bool, error) { return 3, row.uuid, row.made, row.err },
			}
			c := passphrase(t.Context(), in, "/no-such-container", 0)
			if c.Name != "passphrase opens the container" || c.By != "luks.go" || c.Status != row.want || !strings.Contains(c.Detail, row.cause) {
				t.Errorf("%+v", c)
			}
		})
	}
}
