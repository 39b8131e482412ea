package tool_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine/quantity"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

const swapsHeading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

// fakeZram is a kernel with one zram device, and the programs that handle it.
type fakeZram struct {
	size    string // of the device; "" while it is free
	on      bool
	refuses string // the algorithm that it lacks
	says    string // what zramctl answers instead of the device
	broken  int    // the call that fails, from 1
	late    bool   // that call does its work before it fails
	calls   int
	cancel  context.CancelFunc // called by the broken call
}

func (k *fakeZram) tools() *tooltest.Runner {
	return tooltest.New().On(k.play, "modprobe", "zramctl", "mkswap", "swapon", "swapoff")
}

func (k *fakeZram) play(ctx context.Context, call tool.Call) (tool.Result, error) {
	if ctx.Err() != nil {
		return tool.Result{}, ctx.Err()
	}
	k.calls++
	if k.calls != k.broken {
		return k.work(ctx, call)
	}
	if k.cancel != nil {
		k.cancel()
	}
	if k.late {
		_, _ = k.work(ctx, call)
	}
	return tooltest.Fails(1, "it broke")(ctx, call)
}

func (k *fakeZram) work(ctx context.Context, call tool.Call) (tool.Result, error) {
	args := strings.Join(call.Command.Args, " ")
	fails := func(why string) (tool.Result, error) { return tooltest.Fails(1, why)(ctx, call) }
	switch name := call.Command.Name; {
	case name == "zramctl" && args == "--reset /dev/zram0":
		if k.on {
			return fails("Device or resource busy")
		}
		k.size = ""
	case name == "zramctl":
		if k.refuses != "" && strings.Contains(args, "--algorithm "+k.refuses) {
			return fails("failed to set algorithm")
		}
		k.size = call.Command.Args[2]
		if k.says != "" {
			return tool.Result{Stdout: []byte(k.says)}, nil
		}
		return tool.Result{Stdout: []byte("/dev/zram0\n")}, nil
	case name == "mkswap" && k.size == "", name == "swapon" && k.size == "", name == "swapoff" && !k.on:
		return fails("Invalid argument")
	case name == "swapon", name == "swapoff":
		k.on = name == "swapon"
	}
	return tool.Result{}, nil
}

// root is a folder with a proc/swaps of these lines.
func swapsRoot(t *testing.T, lines string) string {
	t.Helper()
	root := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(root, "proc"), 0o700),
		os.WriteFile(filepath.Join(root, "proc", "swaps"), []byte(swapsHeading+lines), 0o600)); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestZram(t *testing.T) {
	for name, kernel := range map[string]*fakeZram{"zstd": {}, "no zstd": {refuses: "zstd"}} {
		t.Run(name, func(t *testing.T) {
			tools := kernel.tools()
			z := tool.Zram{Tools: tools, Root: swapsRoot(t, "/dev/vda2 partition 1 0 -2\n")}
			path, err := z.Start(t.Context(), 3*quantity.GiB+5)
			if err != nil || path != "/dev/zram0" || !kernel.on || kernel.size != "3221225472" {
				t.Fatalf("%q, %v: %+v", path, err, kernel)
			}
			var said []string
			for _, c := range tools.Calls() {
				said = append(said, c.Shell())
			}
			for _, want := range []string{"modprobe zram", "swapon --priority 100 /dev/zram0", "mkswap /dev/zram0"} {
				if !slices.Contains(said, want) {
					t.Errorf("%q is not among %q", want, said)
				}
			}
			if err := z.Stop(t.Context(), path); err != nil || kernel.on || kernel.size != "" {
				t.Errorf("%v: %+v", err, kernel)
			}
		})
	}
}

func TestZramLeavesNothingBehind(t *testing.T) {
	for broken := 1; broken <= 4; broken++ {
		for _, late := range []bool{false, true} {
			for _, cancelled := range []bool{false, true} {
				if broken == 2 && (late || !cancelled) {
					continue // zramctl without zstd is tried again, and one that took a device says which
				}
				ctx, cancel := context.WithCancel(t.Context())
				kernel := &fakeZram{broken: broken, late: late}
				if cancelled {
					kernel.cancel = cancel
				}
				path, err := tool.Zram{Tools: kernel.tools(), Root: swapsRoot(t, "")}.Start(ctx, quantity.GiB)
				if err == nil || path != "" || kernel.on || kernel.size != "" {
					t.Errorf("call %d broken, late %v, cancelled %v: %q, %v, %+v", broken, late, cancelled, path, err, kernel)
				}
				cancel()
			}
		}
	}
}

func TestZramThatCannotBeGivenBackIsNamed(t *testing.T) {
	kernel := &fakeZram{}
	tools := kernel.tools().On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
		kernel.on = true // so that it cannot be reset
		return tooltest.Fails(1, "Operation not permitted")(ctx, call)
	}, "swapon").On(tooltest.Fails(1, "Cannot allocate memory"), "swapoff")
	_, err := tool.Zram{Tools: tools, Root: swapsRoot(t, "")}.Start(t.Context(), quantity.GiB)
	if err == nil || !strings.Contains(err.Error(), "not permitted") || !strings.Contains(err.Error(), "cannot give back /dev/zram0") {
		t.Errorf("got %v", err)
	}
}

func TestZramThatIsThereAlready(t *testing.T) {
	z := tool.Zram{Tools: tooltest.New(), Root: swapsRoot(t, "/dev/vda2 partition 1 0 -2\n/dev/zram0                              partition\t8036348\t0\t100\n")}
	path, err := z.Start(t.Context(), quantity.GiB)
	if path != "" || err != nil {
		t.Errorf("%q, %v", path, err)
	}
	if err := z.Stop(t.Context(), path); err != nil {
		t.Error(err)
	}
}

func TestZramRefuses(t *testing.T) {
	for name, row := range map[string]struct {
		kernel *fakeZram
		root   string
		memory quantity.Bytes
		want   string
	}{
		"no memory":       {&fakeZram{}, swapsRoot(t, ""), 4095, "how much memory"},
		"no proc":         {&fakeZram{}, t.TempDir(), quantity.GiB, "mount /proc"},
		"no answer":       {&fakeZram{says: " "}, swapsRoot(t, ""), quantity.GiB, "instead of a device"},
		"another answer":  {&fakeZram{says: "/dev/sda"}, swapsRoot(t, ""), quantity.GiB, `"/dev/sda" instead`},
		"hostile answer":  {&fakeZram{says: "/dev/zram0 /dev/sda"}, swapsRoot(t, ""), quantity.GiB, "instead of a device"},
		"no such program": {&fakeZram{broken: 1}, swapsRoot(t, ""), quantity.GiB, "the kernel has no zram"},
	} {
		t.Run(name, func(t *testing.T) {
			path, err := tool.Zram{Tools: row.kernel.tools(), Root: row.root}.Start(t.Context(), row.memory)
			if path != "" || err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%q, %v", path, err)
			}
		})
	}
	for _, path := range []string{"/dev/sda", "/dev/zram", "zram0", "/dev/zram0\n"} {
		if err := (tool.Zram{Tools: tooltest.New()}).Stop(t.Context(), path); err == nil || !strings.Contains(err.Error(), "no such device") {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestZramInUseStays(t *testing.T) {
	kernel := &fakeZram{size: "1", on: true, broken: 1}
	err := tool.Zram{Tools: kernel.tools()}.Stop(t.Context(), "/dev/zram0")
	if err == nil || !strings.Contains(err.Error(), "close other programs") || kernel.size == "" || kernel.calls < 2 { // the kernel refuses to reset what is in use
		t.Errorf("%v: %+v", err, kernel)
	}
}
