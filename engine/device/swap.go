package device

import (
	"strconv"
	"strings"
)

// swapLine is one area of /proc/swaps.
type swapLine struct {
	path string
	file bool // a file, as against a block device
}

// readSwapLines reads /proc/swaps below a heading.
func readSwapLines(root string) ([]swapLine, error) {
	text, err := readText(root + "/proc/swaps")
	if err != nil {
		return nil, err
	}
	var lines []swapLine
	for i, line := range strings.Split(text, "\n") {
		fields := strings.FieldsFunc(line, blank)
		if i == 0 || len(fields) == 0 {
			continue
		}
		lines = append(lines, swapLine{
			path: strings.TrimSuffix(unoctal(fields[0]), " (deleted)"),
			file: len(fields) > 1 && fields[1] == "file",
		})
	}
	return lines, nil
}

// readSwaps marks the devices that swap lies on. A swap file marks the devices of the file system it is in.
// Swap that cannot be traced is a doubt, since it might lie on any disk.
func (g *graph) readSwaps(mounts []mount) {
	lines, err := readSwapLines(g.root)
	if err != nil {
		g.doubt("It is not known where the system swaps (%s): mount /proc and look again.", cause(err))
	}
	for _, line := range lines {
		blocks := g.swapsOn(line, mounts)
		if len(blocks) == 0 {
			g.doubt("The system swaps on %s, which cannot be traced to a disk: turn it off with swapoff and look again.", Clean(line.path))
		}
		for _, b := range blocks {
			b.use.swap = true
		}
	}
}

func (g *graph) swapsOn(line swapLine, mounts []mount) []*block {
	if b := g.resolve(line.path); b != nil {
		return []*block{b}
	}
	if !line.file {
		return nil
	}
	blocks, _ := under(mounts, line.path)
	return blocks
}

// unoctal turns the kernel's \040 back into the byte.
func unoctal(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && len(s) >= i+4 {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// blank tells what stands between the kernel's fields. It escapes these two in a name, and leaves every other kind of space as it is.
func blank(r rune) bool { return r == ' ' || r == '\t' }
