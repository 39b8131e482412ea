package helper

import (
	"encoding/json"
	"slices"
	"sync"

	"lethe/engine/event"
	"lethe/engine/plan"
)

// installStep is the id of the step that runs nixos-install. From there on a run finishes without a listener: everything is
// decided, and a second attempt would download it all again.
const installStep = "install"

// progress follows the steps of a run. It may be used by several goroutines.
type progress struct {
	late map[string]bool // ids of the steps from install on

	mu   sync.Mutex
	step string
}

func newProgress(p plan.Plan) *progress {
	late := map[string]bool{}
	if first := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.ID == installStep }); first >= 0 {
		for _, s := range p.Steps[first:] {
			late[s.ID] = true
		}
	}
	return &progress{late: late}
}

// see notes the step that an event begins. A run that failed is over, whatever step it had reached.
func (p *progress) see(e event.Event) {
	switch e.Kind {
	case event.StepStart:
	case event.StepFailed:
		e.Step = ""
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = e.Step
}

// installing tells that the run is at nixos-install or later.
func (p *progress) installing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.late[p.step]
}

// idOf finds the id of a request that is otherwise not understood; 0 where it has none.
func idOf(text []byte) uint64 {
	var m struct {
		Request struct {
			ID uint64 `json:"id"`
		} `json:"request"`
	}
	if json.Unmarshal(text, &m) != nil {
		return 0
	}
	return m.Request.ID
}
