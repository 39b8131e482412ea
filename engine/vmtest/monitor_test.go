//go:build vm

package vmtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"
)

// monitor speaks QEMU's machine protocol.
type monitor struct {
	conn    net.Conn
	decoder *json.Decoder
	removed map[string]bool // devices that the guest let go of
}

// dial waits for QEMU to open its socket.
func dial(path string) (*monitor, error) {
	var conn net.Conn
	var err error
	for range 200 {
		if conn, err = net.Dial("unix", path); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return nil, err
	}
	m := &monitor{conn: conn, decoder: json.NewDecoder(conn), removed: map[string]bool{}}
	if _, err := m.read(); err != nil { // the greeting
		return nil, err
	}
	return m, m.do("qmp_capabilities", nil)
}

// message is all that QEMU says.
type message struct {
	Return *json.RawMessage `json:"return"`
	Error  *struct{ Desc string }
	Event  string
	Data   struct{ Device string }
}

func (m *monitor) read() (message, error) {
	var said message
	err := m.decoder.Decode(&said)
	if said.Event == "DEVICE_DELETED" && said.Data.Device != "" {
		m.removed[said.Data.Device] = true
	}
	return said, err
}

// arguments of a command.
type arguments map[string]any

// do gives a command and waits for its answer.
func (m *monitor) do(command string, with arguments) error {
	request := arguments{"execute": command}
	if with != nil {
		request["arguments"] = with
	}
	if err := errors.Join(m.conn.SetDeadline(time.Now().Add(time.Minute)), json.NewEncoder(m.conn).Encode(request)); err != nil {
		return err
	}
	for {
		said, err := m.read()
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", command, err)
		case said.Error != nil:
			return fmt.Errorf("%s: %s", command, said.Error.Desc)
		case said.Return != nil:
			return nil
		}
	}
}

// remove unplugs a device and waits until the guest has let go of it.
func (m *monitor) remove(device string) error {
	delete(m.removed, device)
	if err := m.do("device_del", arguments{"id": device}); err != nil {
		return err
	}
	for !m.removed[device] {
		if _, err := m.read(); err != nil {
			return fmt.Errorf("%s stays: %w", device, err)
		}
	}
	return nil
}
