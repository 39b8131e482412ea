package helper

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// ScanRequest is what a scan tells besides what would be lost. Which trees are compared is not the asker's to say.
type ScanRequest struct {
	Orphans     bool      `json:"orphans,omitempty"`     // also what is in the persist tree only
	Kept        bool      `json:"kept,omitempty"`        // also what is kept
	Noise       bool      `json:"noise,omitempty"`       // also what nobody misses
	Since       time.Time `json:"since,omitzero"`        // leaves out what was last modified before
	Nanoseconds bool      `json:"nanoseconds,omitempty"` // compares times to the last digit
}

// Explorer tells what the next boot of a system would forget, and keeps or forgets it. What is done is always a plan that somebody saw.
type Explorer interface {
	// Scan hands findings to sink in parcels that are only lent, and tells how far it is; neither at the same time as the other, and both
	// may wait. The summary is meaningful also beside an error. See [persist.Scan].
	Scan(ctx context.Context, r ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error)
	// PlanKeep says what keeping paths would do. Nothing is written.
	PlanKeep(ctx context.Context, paths []string) (keep.Plan, error)
	// Keep does what a plan of PlanKeep says, or refuses: it copies, verifies and declares. Progress may be nil.
	Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error)
	// Waiting lists what was copied and is not shown by the running system yet: the paths, or all.
	Waiting(ctx context.Context, paths []string) ([]keep.Pending, error)
	// Sync copies that again: the paths, or all.
	Sync(ctx context.Context, paths []string, progress func(keep.Progress)) (keep.Result, error)
	// PlanForget says what forgetting paths would do. Nothing is written.
	PlanForget(ctx context.Context, paths []string) (keep.ForgetPlan, error)
	// Forget does what a plan of PlanForget says, or refuses. Nothing is deleted.
	Forget(ctx context.Context, p keep.ForgetPlan) (keep.ForgetResult, error)
	// Forgotten lists what was forgotten and not deleted yet.
	Forgotten(ctx context.Context) ([]keep.Forgotten, error)
	// Delete deletes for good what was forgotten at a date or on a day, and lists that.
	Delete(ctx context.Context, date string) ([]keep.Forgotten, error)
}

// Bounds of what a request may name.
const (
	mostPaths    = 1000
	mostPath     = 4095 // bytes of a path that the kernel takes
	mostDate     = 64
	mostMentions = 500 // of each kind in an answer
)

// change is a plan of keep or forget that was shown and not carried out yet. One of them is set.
type change struct {
	hash   string
	keep   *keep.Plan
	forget *keep.ForgetPlan
}

// hashOf binds a plan: every byte that it was shown with, and its paths as bytes, which JSON does not always hold.
func hashOf(plan any, paths []string) (string, error) {
	text, err := json.Marshal(plan)
	if err != nil {
		return "", fmt.Errorf("cannot hash the plan: %w", err)
	}
	sum := sha256.New()
	part := func(text []byte) { // a hash takes all that it is given
		_, _ = sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		_, _ = sum.Write(text)
	}
	part(fmt.Appendf(nil, "%T", plan))
	part(text)
	for _, p := range paths {
		part([]byte(p))
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func hashOfKeep(p keep.Plan) (string, error)         { return hashOf(p, keepPaths(p)) }
func hashOfForget(p keep.ForgetPlan) (string, error) { return hashOf(p, forgetPaths(p)) }

func keepPaths(p keep.Plan) []string {
	var list []string
	for _, i := range p.Items {
		list = append(list, i.Path)
	}
	return list
}

func forgetPaths(p keep.ForgetPlan) []string {
	var list []string
	for _, i := range p.Items {
		list = append(list, i.Path)
	}
	return list
}

// pathsToBytes and pathsFromBytes carry paths through JSON, which is text.
func pathsToBytes(paths []string) [][]byte {
	var list [][]byte
	for _, p := range paths {
		list = append(list, []byte(p))
	}
	return list
}

func pathsFromBytes(paths [][]byte) []string {
	var list []string
	for _, p := range paths {
		list = append(list, string(p))
	}
	return list
}

// pathList are paths of a request. A list that is too long is refused before it takes memory.
type pathList [][]byte

// UnmarshalJSON reads a list of base64, in which a comma separates and nothing else.
func (l *pathList) UnmarshalJSON(text []byte) error {
	if n := bytes.Count(text, []byte{','}) + 1; n > mostPaths {
		return fmt.Errorf("cannot take %d paths: %d is the most; name folders, or do it in several steps", n, mostPaths)
	}
	var list [][]byte
	err := json.Unmarshal(text, &list)
	*l = list
	return err
}

// restore puts exact paths in place of what JSON made of them. Lists of different lengths are left alone.
func restore(exact [][]byte, n int, at func(i int) *string) {
	if len(exact) != n {
		return
	}
	for i := range n {
		*at(i) = string(exact[i])
	}
}

// checkPaths refuses what no operation takes, before anything is looked at. What a path leads to is the engine's to find out, beneath its
// own root and without following a link.
func checkPaths(paths [][]byte) *Error {
	seen := map[string]bool{}
	for _, p := range pathsFromBytes(paths) {
		switch {
		case len(p) > mostPath:
			return refusal(CodeMalformed, "cannot take a path of %d bytes: %d is the most", len(p), mostPath)
		case !path.IsAbs(p) || path.Clean(p) != p || strings.ContainsRune(p, 0):
			return refusal(CodeMalformed, "cannot take %.80q: it is not an absolute path in its shortest form", p)
		case seen[p]:
			return refusal(CodeMalformed, "cannot take %.80q: it is named twice", p)
		}
		seen[p] = true
	}
	return nil
}

// bounded leaves out of a result what would make the answer too long: how many, a note says.
func bounded(r keep.Result) keep.Result {
	r.Copies = slices.Clone(r.Copies)
	left := 0
	for i := range r.Copies {
		c := &r.Copies[i]
		left += cut(&c.Changed) + cut(&c.Gone) + cut(&c.Left)
	}
	if left > 0 {
		r.Notes = append(slices.Clip(r.Notes), fmt.Sprintf("%d more entries that were left out, changed or vanished are not named here.", left))
	}
	return r
}

func cut[T any](list *[]T) int {
	over := max(0, len(*list)-mostMentions)
	*list = (*list)[:len(*list)-over]
	return over
}
