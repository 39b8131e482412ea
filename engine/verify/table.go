package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/tool"
)

// sfdisk compares the table with the layout, sector by sector, and lets another tool judge it.
func sfdisk(ctx context.Context, in Input) []Check {
	l, path, image := in.Layout, in.Target.Path(), in.Target.Image()
	found, err := tool.ReadTable(ctx, in.Tools, path, l.SectorSize, image)
	if err == nil {
		err = sameTable(l, found)
	}
	seen := fmt.Sprintf("%d partitions, every sector, type, name and PARTUUID as planned", len(l.Partitions))
	reader := command.ReadTable(path, l.SectorSize, image).Name
	judge := command.VerifyTable(path, l.SectorSize, image)
	out, judged := in.Tools.Run(ctx, tool.Call{Command: judge})
	// Both exit 0 on a table that they cannot make sense of.
	if judged == nil && (out.Stderr != "" || judge.Name == "sfdisk" && !strings.Contains(string(out.Stdout), "No errors detected")) {
		judged = errors.New(strings.TrimSpace(out.Stderr + "\n" + string(out.Stdout)))
	}
	return []Check{
		result("partition table", reader, seen, err),
		result("table consistency", judge.Name, "no errors", judged),
	}
}

// sameTable lists every difference between plan and disk.
func sameTable(l layout.Layout, found tool.PartitionTable) error {
	var problems []error
	differ := func(what string, planned, is any) {
		if planned != is {
			problems = append(problems, fmt.Errorf("%s is %v instead of %v", what, is, planned))
		}
	}
	differ("the table", "gpt", found.Label)
	if found.ID != "" {
		differ("the disk GUID", strings.ToLower(l.DiskGUID), found.ID)
	}
	differ("the number of partitions", len(l.Partitions), len(found.Partitions))
	for i, p := range l.Partitions {
		if i >= len(found.Partitions) {
			break
		}
		is := found.Partitions[i]
		what := fmt.Sprintf("partition %d's ", p.Number)
		differ(what+"first sector", p.First, is.Start)
		differ(what+"length", p.Sectors(), is.Size)
		differ(what+"type", p.Type, is.Type)
		differ(what+"PARTUUID", p.PartUUID, is.UUID)
		differ(what+"name", p.Name, is.Name)
		differ(what+"no-auto attribute", p.Attributes&layout.AttributeNoAuto != 0, strings.Contains(is.Attrs, "GUID:63"))
	}
	return errors.Join(problems...)
}

// sgdisk judges both copies of the table.
func sgdisk(ctx context.Context, in Input) []Check {
	const name, by = "both copies of the table", "sgdisk --verify"
	if in.Target.Image() && in.Layout.SectorSize != 512 {
		return []Check{{Name: name, Status: NotRehearsed, By: by, Detail: "sgdisk takes every image to have 512-byte sectors"}}
	}
	out, err := in.Tools.Run(ctx, tool.Call{Command: command.CheckGPT(in.Target.Path())})
	// sgdisk mends a damaged copy in memory before it looks, and then finds no problems.
	talk := string(out.Stdout)
	if err == nil && (out.Stderr != "" || !strings.Contains(talk, "No problems found") || strings.Contains(talk, "corrupt")) {
		err = errors.New(strings.TrimSpace(out.Stderr + "\n" + talk))
	}
	return []Check{result(name, by, "no problems found", err)}
}

// parted judges the alignment of each partition. Where Lethe knows better than parted, the layout says why, and the
// layout's own rule decides.
func parted(ctx context.Context, in Input) []Check {
	var checks []Check
	for _, p := range in.Layout.Partitions {
		name := fmt.Sprintf("alignment of partition %d (%s)", p.Number, p.Name)
		if why := in.Layout.Grain.Disagrees; why != "" {
			checks = append(checks, ownRule(in.Layout, p, name, why))
			continue
		}
		_, err := in.Tools.Run(ctx, tool.Call{Command: command.CheckAlignment(in.Target.Path(), p.Number, in.Layout.SectorSize, in.Target.Image())})
		checks = append(checks, result(name, "parted align-check optimal", fmt.Sprintf("aligned at sector %d", p.First), err))
	}
	return checks
}

// ownRule judges the start of a partition by the layout's grain.
func ownRule(l layout.Layout, p layout.Partition, name, why string) Check {
	a := l.Grain.Check(p.First)
	if a.Level != layout.Aligned {
		return Check{Name: name, Status: Failed, Detail: a.Why, By: "lethe"}
	}
	return Check{Name: name, Status: Passed, Detail: a.Why + " " + why, By: "lethe"}
}
