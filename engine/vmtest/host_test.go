//go:build vm

package vmtest

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/engine/plan/plantest"
)

// host does for a guest what it cannot do to itself: unplug its disks, make them fail, cut its power.
type host struct {
	t      *testing.T
	out    string // where the guest asks
	socket string // of QEMU's monitor
	disks  []drive
	power  func() // cuts it
	cut    bool

	monitor    *monitor
	generation int    // of what is put behind disks
	failing    string // what makes a disk fail; "" for nothing
}

// newHost prepares what a machine's disks are attached to.
func newHost(t *testing.T, out string, disks ...drive) *host {
	t.Helper()
	folder, err := os.MkdirTemp("", "lethe-vm-") // a socket's path must be short
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return &host{t: t, out: out, socket: filepath.Join(folder, "qmp"), disks: disks}
}

// arguments are QEMU's for disks that can be unplugged.
func (h *host) arguments() []string {
	args := []string{"-qmp", "unix:" + h.socket + ",server=on,wait=off"}
	for i, d := range h.disks {
		args = append(args,
			"-device", fmt.Sprintf("pcie-root-port,id=port-%s,chassis=%d,slot=%d", d.serial, i+1, i+1),
			"-blockdev", fmt.Sprintf("driver=file,node-name=file-%s,filename=%s,locking=off,cache.no-flush=on,discard=unmap", d.serial, d.path),
			"-blockdev", fmt.Sprintf("driver=raw,node-name=%s,file=file-%s,discard=unmap", d.serial, d.serial),
			"-device", fmt.Sprintf("%s,drive=%s,serial=%s,id=dev-%s,bus=port-%s,%s", d.device, d.serial, d.serial, d.serial, d.serial, report(d)))
	}
	return args
}

// report makes the guest see errors of its disk; NVMe always does.
func report(d drive) string {
	if d.kind.byID == virtio.byID {
		return "werror=report,rerror=report"
	}
	return "bootindex=-1"
}

// serve answers the guest's questions until the machine is off.
func (h *host) serve(ctx context.Context) {
	var err error
	if h.monitor, err = dial(h.socket); err != nil {
		h.t.Errorf("cannot speak with QEMU: %v", err)
		return
	}
	defer h.monitor.conn.Close()
	for ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
		text, err := os.ReadFile(filepath.Join(h.out, "ask"))
		if err != nil {
			continue
		}
		_ = os.Remove(filepath.Join(h.out, "ask"))
		answer, err := h.answer(strings.Fields(string(text)))
		if err != nil {
			h.t.Errorf("cannot %s: %v", strings.TrimSpace(string(text)), err)
		}
		if h.cut {
			return
		}
		fresh := filepath.Join(h.out, "answer.new")
		must(h.t, os.WriteFile(fresh, []byte(answer+"\n"), 0o644))
		must(h.t, os.Rename(fresh, filepath.Join(h.out, "answer")))
	}
}

// answer does what was asked for.
func (h *host) answer(words []string) (string, error) {
	if len(words) == 1 && words[0] == "cut" {
		h.cut = true
		h.power()
		return "", nil
	}
	if len(words) < 2 {
		return "", fmt.Errorf("nobody knows how")
	}
	var d drive
	for _, is := range h.disks {
		if is.serial == words[1] {
			d = is
		}
	}
	if d.serial == "" {
		return "", fmt.Errorf("there is no disk %s", words[1])
	}
	switch rest := words[2:]; words[0] {
	case "digest":
		return digestSparse(h.t, d.path), nil
	case "unplug":
		return "gone", h.monitor.remove("dev-" + d.serial)
	case "plug":
		return "there", h.plug(d, rest)
	case "fail":
		return "failing", h.fail(d, rest)
	case "mend":
		return "mended", h.mend(d)
	}
	return "", fmt.Errorf("nobody knows how")
}

// plug attaches a disk anew: itself, itself so that it cannot be written to, or another one in its place.
func (h *host) plug(d drive, how []string) error {
	node, path, readOnly := d.serial, d.path, false
	if len(how) > 0 {
		h.generation++
		node = fmt.Sprintf("%s-%d", d.serial, h.generation)
		readOnly = how[0] == "read-only"
		if how[0] == "other" {
			path = otherOf(h.t, d)
		}
		err := h.monitor.do("blockdev-add", arguments{
			"driver": "raw", "node-name": node, "read-only": readOnly,
			"file": arguments{"driver": "file", "filename": path, "locking": "off", "read-only": readOnly},
		})
		if err != nil {
			return err
		}
	}
	device, options, _ := strings.Cut(d.device, ",")
	with := arguments{"driver": device, "drive": node, "serial": d.serial, "id": "dev-" + d.serial, "bus": "port-" + d.serial}
	for option := range strings.SplitSeq(options, ",") {
		if name, value, ok := strings.Cut(option, "="); ok {
			with[name] = value
		}
	}
	return h.monitor.do("device_add", with)
}

// otherOf makes a disk that looks just like another.
func otherOf(t *testing.T, d drive) string {
	info, err := os.Stat(d.path)
	must(t, err)
	path := d.path + ".other"
	must(t, os.WriteFile(path, nil, 0o644))
	must(t, os.Truncate(path, info.Size()))
	return path
}

// fail makes writes fail: "all", or those of one sector, for ever or once.
func (h *host) fail(d drive, how []string) error {
	h.generation++
	var rules []arguments
	sector := -1
	if how[0] != "all" {
		if _, err := fmt.Sscan(how[0], &sector); err != nil {
			return err
		}
	}
	kinds := []string{"write", "write-zeroes", "discard", "flush"}
	if len(how) > 1 { // each kind has a rule of its own, and would fail once; the engine begins with zeros
		kinds = []string{"write-zeroes"}
	}
	for _, kind := range kinds {
		if kind == "flush" && sector >= 0 {
			continue
		}
		rules = append(rules, arguments{"event": "none", "iotype": kind, "errno": 5, "sector": sector, "once": len(how) > 1})
	}
	node := fmt.Sprintf("fail-%d", h.generation)
	err := h.monitor.do("blockdev-add", arguments{"driver": "blkdebug", "node-name": node, "image": d.serial, "inject-error": rules})
	if err != nil {
		return err
	}
	h.failing = node
	return h.drive(d, node)
}

// mend lets a disk work again.
func (h *host) mend(d drive) error {
	node := h.failing
	if h.failing = ""; node == "" { // it never came to that
		return nil
	}
	if err := h.drive(d, d.serial); err != nil {
		return err
	}
	return h.monitor.do("blockdev-del", arguments{"node-name": node})
}

// drive changes what is behind a disk that the guest has.
func (h *host) drive(d drive, node string) error {
	return h.monitor.do("qom-set", arguments{"path": "/machine/peripheral/dev-" + d.serial, "property": "drive", "value": node})
}

// digestSparse is a digest of a whole disk; holes and zeros are skipped.
func digestSparse(t *testing.T, path string) string {
	sum := plantest.Digest(t, path)
	return hex.EncodeToString(sum[:])
}
