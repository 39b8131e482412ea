package command_test

import (
	"testing"

	"lethe/engine/command"
	"lethe/engine/quantity"
)

func TestZramBuilders(t *testing.T) {
	for want, c := range map[string]command.Command{
		"modprobe zram": command.LoadZram(),
		"zramctl --find --size 3221225472 --algorithm zstd": command.TakeZram(3*quantity.GiB, "zstd"),
		"zramctl --find --size 4096":                        command.TakeZram(4096, ""),
		"mkswap /dev/zram0":                                 command.MakePlainSwap("/dev/zram0"),
		"swapon --priority 100 /dev/zram0":                  command.SwapOn("/dev/zram0", 100),
		"swapoff /dev/zram0":                                command.SwapOff("/dev/zram0"),
		"zramctl --reset /dev/zram0":                        command.ResetZram("/dev/zram0"),
	} {
		if got := c.Shell(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
