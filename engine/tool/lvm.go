package tool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"lethe/engine/command"
	"lethe/engine/device"
)

// LVM asks the LVM programs which physical volumes belong together. It satisfies [device.Volumes].
type LVM struct{ Runner Runner }

// Groups gives every volume group. Where LVM is not installed the error is [ErrNotFound].
func (l LVM) Groups(ctx context.Context) ([]device.VolumeGroup, error) {
	if missing := l.Runner.Missing("pvs", "lvs"); len(missing) > 0 {
		return nil, fmt.Errorf("cannot ask LVM: programs are missing: %s: %w", strings.Join(missing, ", "), ErrNotFound)
	}
	pvs, err := l.Runner.Run(ctx, Call{Command: command.ListPhysicalVolumes()})
	if err != nil {
		return nil, fmt.Errorf("cannot ask LVM: %w", err)
	}
	lvs, err := l.Runner.Run(ctx, Call{Command: command.ListLogicalVolumes()})
	if err != nil {
		return nil, fmt.Errorf("cannot ask LVM: %w", err)
	}
	groups, err := parseLVM(pvs.Stdout, lvs.Stdout)
	if err != nil {
		return nil, fmt.Errorf("cannot read what LVM says: %w", err)
	}
	return groups, nil
}

// physicalVolume is one row of pvs.
type physicalVolume struct {
	Path     string `json:"pv_name"`
	UUID     string `json:"pv_uuid"`
	Major    string `json:"pv_major"`
	Minor    string `json:"pv_minor"`
	Missing  string `json:"pv_missing"`
	Group    string `json:"vg_name"`
	GroupID  string `json:"vg_uuid"`
	Exported string `json:"vg_exported"`
}

// logicalVolume is one row of lvs.
type logicalVolume struct {
	GroupID string `json:"vg_uuid"`
	Name    string `json:"lv_name"`
}

// lvmReport is the form of every report. Which of the lists is there depends on the program.
type lvmReport struct {
	Report []struct {
		PV *[]physicalVolume `json:"pv"`
		LV *[]logicalVolume  `json:"lv"`
	} `json:"report"`
}

var errReport = errors.New("it is no report")

// parseLVM joins both reports, in the order of the first.
func parseLVM(pvs, lvs []byte) ([]device.VolumeGroup, error) {
	var physical, logical lvmReport
	if err := errors.Join(json.Unmarshal(pvs, &physical), json.Unmarshal(lvs, &logical)); err != nil {
		return nil, err
	}
	if len(physical.Report) != 1 || physical.Report[0].PV == nil || len(logical.Report) != 1 || logical.Report[0].LV == nil {
		return nil, errReport
	}
	var groups []device.VolumeGroup
	at := map[string]int{}
	for _, row := range *physical.Report[0].PV {
		i, known := at[row.GroupID]
		if !known {
			i = len(groups)
			at[row.GroupID] = i
			groups = append(groups, device.VolumeGroup{Name: row.Group, UUID: row.GroupID, Exported: row.Exported != ""})
		}
		pv, err := row.volume()
		if err != nil {
			return nil, err
		}
		groups[i].PVs = append(groups[i].PVs, pv)
	}
	for _, row := range *logical.Report[0].LV {
		i, known := at[row.GroupID]
		if !known {
			return nil, fmt.Errorf("volume %s is in the group %s, which has no physical volume", device.Clean(row.Name), device.Clean(row.GroupID))
		}
		groups[i].LVs = append(groups[i].LVs, row.Name)
	}
	return groups, nil
}

// volume is the row as a fact. One that is not missing must say where it is.
func (p physicalVolume) volume() (device.PhysicalVolume, error) {
	pv := device.PhysicalVolume{Path: p.Path, UUID: p.UUID, Missing: p.Missing != ""}
	if p.UUID == "" || (p.Group == "") != (p.GroupID == "") {
		return pv, errReport
	}
	if pv.Missing {
		return pv, nil
	}
	if !number(p.Major) || !number(p.Minor) {
		return pv, fmt.Errorf("physical volume %s has the number %s:%s", device.Clean(p.Path), device.Clean(p.Major), device.Clean(p.Minor))
	}
	pv.Number = p.Major + ":" + p.Minor
	return pv, nil
}

func number(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
