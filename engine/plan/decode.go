package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Decode reads a plan that [Plan.JSON] wrote. Unknown fields, text after the plan, another version and a layout that
// could not have been planned are refused.
func Decode(text []byte) (Plan, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var p Plan
	if err := decoder.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("it is not a plan: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Plan{}, errors.New("it is not a plan: something follows it")
	}
	if p.Version != Version {
		return Plan{}, fmt.Errorf("it has version %d and this program knows version %d; make the plan again", p.Version, Version)
	}
	if p.Configuration.Hash != p.Configuration.Files.Hash() {
		return Plan{}, errors.New("its configuration was changed since it was planned; make the plan again")
	}
	if err := p.Layout.Check(); err != nil {
		return Plan{}, err
	}
	return p, nil
}
