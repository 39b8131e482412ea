package helper

import (
	"context"
	"fmt"

	"lethe/engine/event"
	"lethe/engine/secret"
)

// call sends a request and waits for its answer. An answer with an error is given together with the error.
func (c *Client) call(ctx context.Context, r request) (reply, error) {
	if err := context.Cause(ctx); err != nil {
		return reply{}, err
	}
	id, answers, err := c.ask(r)
	if err != nil {
		return reply{}, c.giveUp(err)
	}
	defer c.forget(id)
	cancelled := ctx.Done()
	for {
		select {
		case a := <-answers:
			return a, a.problem()
		case <-c.ended:
			select {
			case a := <-answers: // it came just before the end
				return a, a.problem()
			default:
				return reply{}, c.lost
			}
		case <-cancelled:
			cancelled = nil
			if id, _, err := c.ask(request{Op: opCancel}); err == nil {
				defer c.forget(id)
			} // else the helper is at its end, and ended says so
		}
	}
}

// problem is the error of an answer, as an error.
func (r reply) problem() error {
	if r.Error == nil {
		return nil
	}
	return r.Error
}

// ask sends a request under the next id.
func (c *Client) ask(r request) (id uint64, answers chan reply, err error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.last++
	r.ID = c.last
	answers = make(chan reply, 1)
	c.mu.Lock()
	c.waiting[r.ID] = answers
	c.mu.Unlock()
	text, err := encode(toHelper{Request: &r}, mostRequest)
	if err == nil {
		_, err = c.process.Write(text)
	}
	if err != nil {
		c.forget(r.ID)
	}
	return r.ID, answers, err
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

// send sends a message that nobody answers.
func (c *Client) send(m toHelper) error {
	text, err := encode(m, mostHello)
	if err != nil {
		return err
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_, err = c.process.Write(text)
	return err
}

// sendSecret sends one secret.
func (c *Client) sendSecret(name string, secrets *secret.Store) error {
	held, ok := secrets.Get(name)
	if !ok {
		return fmt.Errorf("cannot install: the %s was not given", name)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := writeSecret(c.process, name, held); err != nil {
		return fmt.Errorf("cannot send the %s to the helper that runs as root: %w", name, err)
	}
	return nil
}

// hear passes a message on to who waits for it.
func (c *Client) hear(m toClient) {
	c.mu.Lock()
	sink, ears := c.sink, c.ears
	switch {
	case m.Event != nil && m.Event.Kind == event.StepStart:
		c.title = m.Event.Title
	case m.Reply != nil:
		c.answer(*m.Reply)
	}
	c.mu.Unlock()
	switch {
	case m.Scanned != nil && ears.scanned != nil:
		ears.scanned(*m.Scanned)
	case m.Copied != nil && ears.copied != nil:
		ears.copied(*m.Copied)
	case sink == nil:
	case m.Event != nil:
		sink.Event(*m.Event)
	case m.Dropped != nil:
		sink.Event(event.Event{Seq: m.Dropped.Last, Kind: event.Log, Text: fmt.Sprintf(
			"(%d lines and progress reports were left out here: they came faster than they could be shown)", m.Dropped.Count)})
	}
}

// answer gives an answer to who asked. A complaint about no request in particular is kept: it says why, should the helper end now.
// c.mu is held.
func (c *Client) answer(r reply) {
	if r.ID == 0 && r.Error != nil {
		c.complaint = r.Error
	}
	if answers, ok := c.waiting[r.ID]; ok {
		delete(c.waiting, r.ID)
		answers <- r
	}
}
