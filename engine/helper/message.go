package helper

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"lethe/engine/event"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// Protocol is the version of what the two sides say to each other. Sides of different versions do not talk.
const Protocol = 3

// hello is the first message in both directions.
type hello struct {
	Protocol int    `json:"protocol"`
	Program  string `json:"program"` // name and version, for people
}

// operation is what a request asks for.
type operation string

// The operations.
const (
	opFacts   operation = "facts"
	opPropose operation = "propose" // a plan; answered with the names of the secrets that it needs
	opApply   operation = "apply"   // the plan that was proposed last
	opCancel  operation = "cancel"  // whatever is under way
	opPrepare operation = "prepare" // the plan that was proposed last, with its passphrase
	opRecall  operation = "recall"  // a disk
	opWatch   operation = "watch"
	opStop    operation = "stop"
	opRelease operation = "release"
	opReboot  operation = "reboot"

	opScan       operation = "scan"        // the running system; findings come as frames before the answer
	opPlanKeep   operation = "plan-keep"   // paths; answered with what keeping them would do
	opKeep       operation = "keep"        // the plan of plan-keep that was shown last
	opWaiting    operation = "waiting"     // paths, or all that waits for a rebuild
	opSync       operation = "sync"        // paths, or all that waits for a rebuild
	opPlanForget operation = "plan-forget" // paths; answered with what forgetting them would do
	opForget     operation = "forget"      // the plan of plan-forget that was shown last
	opForgotten  operation = "forgotten"   // what was forgotten and not deleted
	opDelete     operation = "delete"      // what was forgotten at a date
)

// request asks for an operation. Ids grow from request to request.
type request struct {
	ID   uint64          `json:"id"`
	Op   operation       `json:"op"`
	Hash string          `json:"hash,omitempty"` // of the plan: propose, prepare, apply, keep, forget
	Disk string          `json:"disk,omitempty"` // recall
	Plan json.RawMessage `json:"plan,omitempty"` // propose

	Scan  *ScanRequest `json:"scan,omitempty"`  // scan
	Paths pathList     `json:"paths,omitempty"` // plan-keep, waiting, sync, plan-forget; as bytes, since JSON is text
	Date  string       `json:"date,omitempty"`  // delete
}

// reply answers the request with the same id, with an error or what was asked for. Id 0 is about no request in particular.
type reply struct {
	ID       uint64   `json:"id"`
	Error    *Error   `json:"error,omitempty"`
	Facts    *Facts   `json:"facts,omitempty"`    // facts
	Secrets  []string `json:"secrets,omitempty"`  // propose
	Result   *Result  `json:"result,omitempty"`   // apply, also beside an error
	Released []string `json:"released,omitempty"` // release

	Plan json.RawMessage `json:"plan,omitempty"` // recall

	Scan       *persist.Summary   `json:"scan,omitempty"`        // scan, also beside an error
	KeepPlan   *keep.Plan         `json:"keep_plan,omitempty"`   // plan-keep
	Kept       *keep.Result       `json:"kept,omitempty"`        // keep, sync; also beside an error
	Waiting    []keep.Pending     `json:"waiting,omitempty"`     // waiting
	ForgetPlan *keep.ForgetPlan   `json:"forget_plan,omitempty"` // plan-forget
	Forgot     *keep.ForgetResult `json:"forgot,omitempty"`      // forget, also beside an error
	Forgotten  []keep.Forgotten   `json:"forgotten,omitempty"`   // forgotten; delete, also beside an error
	// Exact are the bytes of the answer's paths, in order: what could not be read, the plan's items, or what was moved.
	Exact [][]byte `json:"exact,omitempty"`
}

// dropped tells that events were left out because nobody took them in time.
type dropped struct {
	Count uint64 `json:"count"`
	Last  uint64 `json:"last"` // the number of the last one
}

// toHelper is a message to the helper. One part is set.
type toHelper struct {
	Hello   *hello   `json:"hello,omitempty"`
	Request *request `json:"request,omitempty"`
}

// toClient is a message from the helper. One part is set.
type toClient struct {
	Hello   *hello       `json:"hello,omitempty"`
	Reply   *reply       `json:"reply,omitempty"`
	Event   *event.Event `json:"event,omitempty"`
	Dropped *dropped     `json:"dropped,omitempty"`

	Scanned *persist.Progress `json:"scanned,omitempty"`
	Copied  *keep.Progress    `json:"copied,omitempty"`
	parcel  []byte            // a whole frame of findings, in place of a message
}

// encode makes a message frame of at most most bytes.
func encode(message any, most int) ([]byte, error) {
	var out bytes.Buffer
	out.Write(make([]byte, headerBytes))
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(message); err != nil {
		return nil, fmt.Errorf("cannot encode message: %w", err)
	}
	text := out.Bytes()
	length := len(text) - headerBytes
	if length > most {
		return nil, fmt.Errorf("cannot send message: it has %d bytes, and %d is the most", length, most)
	}
	binary.BigEndian.PutUint32(text, uint32(length))
	text[headerBytes-1] = byte(messageFrame)
	return text, nil
}

// decode reads exactly one message without unknown fields.
func decode(text []byte, message any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(message); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the message")
	}
	return nil
}

// readHello reads the first message. It may hold what only later versions know.
func readHello(r io.Reader) (hello, error) {
	f, err := readFrame(r, mostHello)
	defer f.wipe()
	if err != nil {
		return hello{}, err
	}
	var m toHelper // the same in both directions
	if f.fault != nil || json.Unmarshal(f.message, &m) != nil || m.Hello == nil {
		return hello{}, fmt.Errorf("%w: it did not say hello", errFrame)
	}
	return *m.Hello, nil
}

// agree tells whether two sides understand each other.
func (h hello) agree(mine hello, who string) error {
	if h.Protocol == mine.Protocol {
		return nil
	}
	return &Error{Code: CodeVersion, Text: fmt.Sprintf(
		"cannot talk to %s (%.100q): it speaks version %d, this program (%s) version %d; install both from the same package",
		who, h.Program, h.Protocol, mine.Program, mine.Protocol)}
}
