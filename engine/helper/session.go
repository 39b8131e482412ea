package helper

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// session is one conversation. All but progress belongs to the goroutine of [Serve].
type session struct {
	ctx   context.Context
	host  Host
	queue *queue

	last     uint64 // id
	proposal *proposal
	change   *change
	secrets  *secret.Store

	under    *task       // what is under way
	finished chan func() // what to do at its end
	stopping atomic.Bool // another process's run
}

// proposal is a plan that was accepted and not applied yet.
type proposal struct {
	plan plan.Plan
	hash string
}

// task is an operation under way.
type task struct {
	cancel   context.CancelCauseFunc
	progress *progress // of a run; nil for other operations
	watching bool      // of another process's run
}

func newSession(host Host, q *queue) *session {
	return &session{host: host, queue: q, secrets: secret.NewStore(), finished: make(chan func())}
}

// refuse answers with an error.
func (s *session) refuse(id uint64, e *Error) {
	s.queue.send(toClient{Reply: &reply{ID: id, Error: e}})
}

// answer answers with r, or with err where there is one.
func (s *session) answer(r reply, err error) {
	if err != nil {
		r.Error = describe(err, s.secrets.Redact)
		r.Error.Cancelled = r.Error.Cancelled || errors.Is(err, context.Canceled)
	}
	s.queue.send(toClient{Reply: &r})
}

// take handles a frame.
func (s *session) take(f frame) {
	switch {
	case f.fault != nil:
		s.refuse(0, refusal(CodeMalformed, "cannot understand the request: %v", f.fault))
	case f.secret != nil:
		s.keep(f)
	case f.findings != nil:
		s.refuse(0, refusal(CodeMalformed, "cannot understand the request: nobody here takes findings"))
	default:
		s.request(f.message)
	}
}

// keep takes a secret that the proposed plan needs, before it is applied, or the passphrase of a disk that is looked into.
func (s *session) keep(f frame) {
	wanted := f.name == command.Passphrase || s.proposal != nil && slices.Contains(s.proposal.plan.Secrets, f.name)
	if !wanted || s.under != nil {
		f.wipe()
		s.refuse(0, refusal(CodeSecrets, "cannot take the secret %.40q: nobody asked for it", f.name))
		return
	}
	s.secrets.Put(f.name, f.secret)
}

// request handles a message.
func (s *session) request(text []byte) {
	var m toHelper
	err := decode(text, &m)
	if err == nil && (m.Request == nil || m.Hello != nil) {
		err = errors.New("it asks for nothing")
	}
	if err != nil {
		s.refuse(idOf(text), refusal(CodeMalformed, "cannot understand the request: it is not one of version %d: %v", Protocol, err))
		return
	}
	r := *m.Request
	if r.ID <= s.last {
		s.refuse(r.ID, refusal(CodeReplayed, "cannot take request %d: request %d came before it", r.ID, s.last))
		return
	}
	s.last = r.ID
	s.perform(r)
}

// perform starts what a request asks for.
func (s *session) perform(r request) {
	if r.Op == opCancel {
		if s.under != nil {
			s.under.cancel(stopped{"the user cancelled"})
		}
		s.answer(reply{ID: r.ID}, nil)
		return
	}
	if r.Op == opStop && s.under != nil && s.under.watching {
		if !s.stopping.CompareAndSwap(false, true) {
			s.refuse(r.ID, refusal(CodeBusy, "cannot stop it again: it is being stopped; wait for its end"))
			return
		}
		go func() {
			err := s.host.Stop(s.ctx)
			s.stopping.Store(false)
			s.answer(reply{ID: r.ID}, err)
		}()
		return
	}
	if s.under != nil {
		s.refuse(r.ID, refusal(CodeBusy, "cannot %.20s now: an operation is under way; wait for its end or cancel it", r.Op))
		return
	}
	switch r.Op {
	case opFacts:
		s.start(nil, func(ctx context.Context) func() {
			facts, err := s.host.Facts(ctx)
			return func() { s.answer(reply{ID: r.ID, Facts: &facts}, err) }
		})
	case opPropose:
		s.propose(r)
	case opApply:
		s.apply(r)
	case opPrepare:
		s.prepare(r)
	case opRecall:
		s.recall(r)
	case opWatch:
		s.watch(r)
	case opStop:
		s.start(nil, func(ctx context.Context) func() {
			err := s.host.Stop(ctx)
			return func() { s.answer(reply{ID: r.ID}, err) }
		})
	case opRelease:
		s.start(nil, func(ctx context.Context) func() {
			names, err := s.host.Release(ctx)
			return func() { s.answer(reply{ID: r.ID, Released: names}, err) }
		})
	case opReboot:
		s.start(nil, func(ctx context.Context) func() {
			err := s.host.Reboot(ctx)
			return func() { s.answer(reply{ID: r.ID}, err) }
		})
	default:
		s.explore(r)
	}
}

// propose checks a plan. An earlier one and its secrets are forgotten.
func (s *session) propose(r request) {
	s.forget()
	p, err := plan.Decode(r.Plan)
	if err != nil {
		s.refuse(r.ID, refusal(CodePlan, "cannot take the plan: %v", err))
		return
	}
	hash, err := p.Hash()
	if err != nil || hash != r.Hash {
		s.refuse(r.ID, refusal(CodePlan, "cannot take the plan: it is not the one that was confirmed (hash %.64q instead of %q); make the plan again", r.Hash, hash))
		return
	}
	s.start(nil, func(ctx context.Context) func() {
		err := s.host.Accept(ctx, p)
		return func() {
			if err == nil {
				s.proposal = &proposal{p, hash}
			}
			s.answer(reply{ID: r.ID, Secrets: p.Secrets}, err)
		}
	})
}

// prepare begins to derive the key for the plan that was proposed.
func (s *session) prepare(r request) {
	if s.proposal == nil || r.Hash != s.proposal.hash {
		s.refuse(r.ID, refusal(CodePlan, "cannot prepare the plan: no plan with this hash was accepted; make the plan again"))
		return
	}
	p := s.proposal.plan
	if missing := s.secrets.Missing(command.Passphrase); len(missing) > 0 {
		s.refuse(r.ID, refusal(CodeSecrets, "cannot prepare the plan: the %s was not given", missing[0]))
		return
	}
	s.start(nil, func(ctx context.Context) func() {
		err := s.host.Prepare(ctx, p, s.secrets)
		return func() { s.answer(reply{ID: r.ID}, err) }
	})
}

// recall gives the plan that continues what is on a disk. The passphrase is forgotten with it.
func (s *session) recall(r request) {
	s.start(nil, func(ctx context.Context) func() {
		p, err := s.host.Recall(ctx, r.Disk, s.secrets)
		var text []byte
		if err == nil {
			text, err = p.JSON()
		}
		return func() {
			s.answer(reply{ID: r.ID, Plan: text}, err)
			s.secrets.Wipe()
		}
	})
}

// watch hands on what another process's installation tells.
func (s *session) watch(r request) {
	sink := event.SinkFunc(func(e event.Event) { s.queue.event(e, func(e event.Event) event.Event { return e }) })
	s.start(nil, func(ctx context.Context) func() {
		err := s.host.Watch(ctx, sink)
		return func() { s.answer(reply{ID: r.ID}, err) }
	})
	s.under.watching = true
}

// apply runs the plan that was proposed, once.
func (s *session) apply(r request) {
	if s.proposal == nil || r.Hash != s.proposal.hash {
		s.refuse(r.ID, refusal(CodePlan, "cannot run the plan: no plan with this hash was accepted, or it was run already; make the plan again"))
		return
	}
	p := s.proposal.plan
	if missing := s.secrets.Missing(p.Secrets...); len(missing) > 0 {
		s.refuse(r.ID, refusal(CodeSecrets, "cannot run the plan: the %s was not given", missing[0]))
		return
	}
	s.proposal = nil
	progress := newProgress(p)
	sink := event.SinkFunc(func(e event.Event) {
		progress.see(e)
		s.queue.event(e, func(e event.Event) event.Event { return redacted(e, s.secrets.Redact) })
	})
	s.start(progress, func(ctx context.Context) func() {
		result, err := s.host.Install(ctx, p, s.secrets, sink)
		var problem *Error
		if err != nil {
			problem = describe(err, s.secrets.Redact)
			problem.fill(result)
		}
		for i, c := range result.Report.Checks {
			result.Report.Checks[i].Detail = s.secrets.Redact(c.Detail)
		}
		s.secrets.Wipe() // here and now, and not when the answer has been sent
		secret.Sweep()
		return func() { s.queue.send(toClient{Reply: &reply{ID: r.ID, Result: &result, Error: problem}}) }
	})
}

// redacted is an event without secrets. Streams redact, too; this is the last door before another process.
func redacted(e event.Event, redact func(string) string) event.Event {
	e.Text, e.Title, e.Next = redact(e.Text), redact(e.Title), redact(e.Next)
	if e.Work != nil {
		work := *e.Work
		work.Now = redact(work.Now)
		e.Work = &work
	}
	return e
}

// fill takes from the result what the error itself did not say.
func (e *Error) fill(r Result) {
	if e.State == "" {
		e.State = r.State
	}
	if e.State == "" {
		e.State = step.Untouched
	}
	e.Cancelled = e.Cancelled || r.Cancelled
}

// forget drops the proposed plan and what belongs to it.
func (s *session) forget() {
	s.proposal = nil
	s.secrets.Wipe()
}

// start does work in the background; what work returns is done at its end by the session's own goroutine.
func (s *session) start(progress *progress, work func(context.Context) func()) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	s.under = &task{cancel: cancel, progress: progress}
	go func() { s.finished <- work(ctx) }()
}

// ended notes the end of the operation under way.
func (s *session) ended(finish func()) {
	s.under.cancel(nil)
	s.under = nil
	finish()
}

// leave waits for what is under way, once nobody is there: cancelled, unless it is a run that has come too far for that.
func (s *session) leave() {
	if s.under != nil {
		if s.under.progress == nil || !s.under.progress.installing() {
			s.under.cancel(stopped{"the window is gone"})
		}
		s.ended(<-s.finished)
	}
	s.forget()
}
