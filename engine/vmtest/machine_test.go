//go:build vm

package vmtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Debian's build of OVMF.
const (
	firmware     = "/usr/share/OVMF/OVMF_CODE_4M.fd"
	freshUEFIMem = "/usr/share/OVMF/OVMF_VARS_4M.fd"
)

// variables gives fresh UEFI variables.
func variables(t *testing.T, folder, name string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	text, err := os.ReadFile(freshUEFIMem)
	must(t, err)
	must(t, os.WriteFile(path, text, 0o644))
	return path
}

// machine is a virtual machine that is about to run once.
type machine struct {
	memory int    // MiB
	vars   string // its UEFI variables, a file that it writes to
	drives []drive
	share  string // a folder that it reads
	out    string // a folder that it writes
	live   *tree  // the live system's kernel is started; else what the firmware finds
	script string // of the share, for the live system to run
	host   *host  // serves it while it runs; nil for none
}

// arguments are QEMU's. Without KVM one processor costs less than two; disks need not survive a crash of the host.
// The kernel is not to check its timer: where the host is busy the emulated one comes too late, and the kernel panics.
func (m machine) arguments() []string {
	args := []string{
		"-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "1", "-m", fmt.Sprint(m.memory),
		"-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio",
		"-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + firmware,
		"-drive", "if=pflash,format=raw,unit=1,file=" + m.vars,
		"-virtfs", "local,path=" + m.share + ",mount_tag=share,security_model=none,readonly=on,multidevs=remap",
		"-virtfs", "local,path=" + m.out + ",mount_tag=out,security_model=none,multidevs=remap",
	}
	for i, d := range m.drives {
		args = append(args, d.arguments(fmt.Sprintf("disk%d", i))...)
	}
	if m.host != nil {
		args = append(args, m.host.arguments()...)
	}
	if m.live != nil {
		args = append(args, "-kernel", m.live.kernel, "-initrd", m.live.initrd, "-append", "console=ttyS0 quiet mitigations=off no_timer_check script="+m.script)
	}
	return args
}

// console is what the machine says on its serial port.
type console struct {
	mu   sync.Mutex
	text []byte
}

// Write collects.
func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = append(c.text, p...)
	return len(p), nil
}

// String is all that was said so far.
func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.text)
}

// answer types the answer to a prompt. Whoever asks throws away what was typed before it was ready, so it is typed again until
// the line ends without having been shown.
func (c *console) answer(ctx context.Context, keys io.Writer, prompt *regexp.Regexp, answer string) {
	for ctx.Err() == nil {
		time.Sleep(500 * time.Millisecond)
		text := c.String()
		at := prompt.FindStringIndex(text)
		if at == nil {
			continue
		}
		if after := text[at[1]:]; strings.Contains(after, "\n") && !strings.Contains(after, answer) || strings.Count(after, "\n") > 1 {
			return
		}
		if _, err := io.WriteString(keys, answer+"\n"); err != nil {
			return
		}
		time.Sleep(4 * time.Second)
	}
}

// slots bounds how many machines run at a time.
var slots = make(chan struct{}, number("LETHE_VM_GUESTS", 2))

// run starts the machine, answers a prompt (nil for none), and gives all that came from its serial port once it is off.
func (m machine) run(t *testing.T, title string, deadline time.Duration, prompt *regexp.Regexp, answer string) string {
	t.Helper()
	slots <- struct{}{}
	defer func() { <-slots }()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, "qemu-system-x86_64", m.arguments()...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	keys, err := cmd.StdinPipe()
	must(t, err)
	c := &console{}
	if prompt != nil {
		go c.answer(ctx, keys, prompt, answer)
	}
	var problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = c, &problems
	began := time.Now()
	must(t, cmd.Start())
	served := make(chan struct{})
	go func() {
		defer close(served)
		if m.host != nil {
			m.host.power = func() { _ = cmd.Process.Kill() }
			m.host.serve(ctx)
		}
	}()
	err = cmd.Wait()
	text := c.String()
	keep(t, title+".console", text)
	t.Logf("%s: %.0f s", title, time.Since(began).Seconds())
	late := ctx.Err() != nil
	cancel()
	<-served
	switch {
	case late:
		t.Fatalf("%s did not end within %s; its last words:\n%s", title, deadline, tail(text))
	case err != nil && (m.host == nil || !m.host.cut):
		t.Fatalf("cannot run %s: %v\n%s%s", title, err, problems.String(), tail(text))
	case prompt != nil && !prompt.MatchString(text):
		t.Fatalf("%s never asked for %s; its last words:\n%s", title, prompt, tail(text))
	}
	return text
}

// tail is the end of a text.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}

// kept is the folder in LETHE_VM_KEEP for a look at this test afterwards; "" where nobody wants one.
func kept(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("LETHE_VM_KEEP")
	if folder == "" {
		return ""
	}
	folder = filepath.Join(folder, filepath.FromSlash(t.Name()))
	must(t, os.MkdirAll(folder, 0o755))
	return folder
}

// keep saves a text for a look afterwards.
func keep(t *testing.T, name, text string) {
	t.Helper()
	if folder := kept(t); folder != "" {
		must(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
}

// keepFolder saves what a guest wrote.
func keepFolder(t *testing.T, name, from string) {
	t.Helper()
	if folder := kept(t); folder != "" {
		to := filepath.Join(folder, name)
		must(t, os.RemoveAll(to)) // of an earlier run
		must(t, os.CopyFS(to, os.DirFS(from)))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
