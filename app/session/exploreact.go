package session

import (
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// ActKind is what is done to an entry.
type ActKind string

// The acts. None means that nothing is.
const (
	ActNone   ActKind = ""
	ActKeep   ActKind = "keep"
	ActForget ActKind = "forget"
	ActSync   ActKind = "sync"   // copies again what waits for a rebuild
	ActDelete ActKind = "delete" // for good, what was forgotten
)

// ActState is how far an act is.
type ActState string

// The states of an act, in order. Nothing is written before Working.
const (
	ActPlanning ActState = "planning"
	ActReview   ActState = "review"
	ActWorking  ActState = "working"
	ActDone     ActState = "done"
	ActFailed   ActState = "failed"
)

// Act is something that is done to an entry: planned, shown, done when somebody says so, and its result shown.
type Act struct {
	Kind  ActKind
	State ActState
	Path  string // of the entry; for a delete, the date of what was forgotten
	Owner Text   // whose it is; empty where nobody knows
	Error string
	// Copied tells that the error is that the path was kept before, and waits for a rebuild.
	Copied bool

	KeepPlan   keep.Plan
	ForgetPlan keep.ForgetPlan
	Progress   keep.Progress
	Kept       keep.Result
	Gone       keep.ForgetResult
	Deleted    []keep.Forgotten
}

// Busy tells that an act is under way, and not to be put aside.
func (a Act) Busy() bool { return a.State == ActWorking }

// BeginAct begins the planning of an act. It is refused while another one is at work.
func (e *Explore) BeginAct(kind ActKind, name string) bool {
	if e.Act.Busy() {
		return false
	}
	owner, _ := e.OwnerOf(name)
	e.Act = Act{Kind: kind, State: ActPlanning, Path: name}
	switch {
	case kind == ActSync || kind == ActDelete:
		e.Act.State = ActReview
	case owner.Kind != persist.Unknown:
		e.Act.Owner = OwnerText(owner)
	}
	return true
}

// PlannedKeep shows what keeping would do, or why it cannot be.
func (e *Explore) PlannedKeep(p keep.Plan, err string) {
	e.Act.KeepPlan = p
	e.planned(err)
	if e.Act.State == ActFailed {
		_, e.Act.Copied = e.Pending(e.Act.Path)
	}
}

// PlannedForget shows what forgetting would do, or why it cannot be.
func (e *Explore) PlannedForget(p keep.ForgetPlan, err string) {
	e.Act.ForgetPlan = p
	e.planned(err)
}

func (e *Explore) planned(err string) {
	if e.Act.State != ActPlanning {
		return
	}
	e.Act.State = ActReview
	if err != "" {
		e.Act.State, e.Act.Error = ActFailed, err
	}
}

// Confirm begins the doing, and tells whether it may begin.
func (e *Explore) Confirm() bool {
	if e.Act.State != ActReview {
		return false
	}
	e.Act.State = ActWorking
	return true
}

// Progressed tells how far a copy is.
func (e *Explore) Progressed(p keep.Progress) {
	if e.Act.Busy() {
		e.Act.Progress = p
	}
}

// Share is how much of what is to be kept was copied and verified, 0 to 1. Each byte is read twice.
func (a Act) Share() float64 {
	var all int64
	for _, item := range a.KeepPlan.Items {
		all += item.Size.Bytes
	}
	if all == 0 {
		return 0
	}
	part := min(float64(a.Progress.Bytes)/float64(all), 1) / 2
	if a.Progress.Stage == keep.StageVerify {
		part += 0.5
	}
	return part
}

// EndKeep takes the result of a keep or of a repeated copy.
func (e *Explore) EndKeep(r keep.Result, err string) {
	e.Act.Kept = r
	if err == "" && r.Rebuild != "" {
		e.Rebuild = r.Rebuild
	}
	e.ended(err)
}

// EndForget takes the result of a forget.
func (e *Explore) EndForget(r keep.ForgetResult, err string) {
	e.Act.Gone = r
	e.ended(err)
}

// EndDelete takes what was deleted.
func (e *Explore) EndDelete(list []keep.Forgotten, err string) {
	e.Act.Deleted = list
	e.ended(err)
}

func (e *Explore) ended(err string) {
	e.Act.State, e.Act.Error = ActDone, err
	if err != "" {
		e.Act.State = ActFailed
	}
}

// Dismiss puts an act aside, unless it is at work.
func (e *Explore) Dismiss() bool {
	if e.Act.Kind == ActNone || e.Act.Busy() {
		return false
	}
	e.Act = Act{}
	return true
}

// Keepable gives what can be kept for a row: the entry itself, and what its owner's advice is where that is more; "" for none. What waits for a rebuild is only copied again.
func (e *Explore) Keepable(name string) (entry, suggested string) {
	i := e.Index(name)
	if _, waits := e.Pending(name); waits || i < 0 || e.rows[i].row == nil || e.rows[i].row.Sums.Lost().Count == 0 {
		return "", ""
	}
	if owner, ok := e.OwnerOf(name); ok && owner.Suggest != "" && owner.Suggest != name && len(owner.Suggest) < len(name) {
		suggested = owner.Suggest
	}
	return name, suggested
}

// Forgettable tells whether a row can be forgotten: something of it is an orphan, or was kept and waits for a rebuild.
func (e *Explore) Forgettable(name string) bool {
	if p, ok := e.Pending(name); ok {
		return p.Path == name
	}
	i := e.Index(name)
	return i >= 0 && e.rows[i].row != nil && e.rows[i].row.Sums.Orphans.Count > 0
}
