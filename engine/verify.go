package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"lethe/engine/device"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

// mostPlan bounds a plan file.
const mostPlan = 16 << 20

// LoadPlan reads a plan from a file and checks that it is whole.
func LoadPlan(path string) (plan.Plan, error) {
	info, err := os.Stat(path)
	if err != nil {
		return plan.Plan{}, fmt.Errorf("cannot read plan: %w", err)
	}
	if info.Size() > mostPlan {
		return plan.Plan{}, fmt.Errorf("cannot read plan %s: it has %d bytes, more than any plan", path, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return plan.Plan{}, fmt.Errorf("cannot read plan: %w", err)
	}
	p, err := plan.Decode(text)
	if err != nil {
		return plan.Plan{}, fmt.Errorf("cannot read plan %s: %w", path, err)
	}
	return p, nil
}

// Verify compares an image with the plan that made it; "" takes the plan beside the image. A nil passphrase leaves
// its proof out. Nothing is written.
func Verify(ctx context.Context, image, planPath string, passphrase *secret.Secret, each func(verify.Check)) (verify.Report, error) {
	image, err := filepath.Abs(image)
	if err != nil {
		return verify.Report{}, fmt.Errorf("cannot verify %s: %w", image, err)
	}
	if planPath == "" {
		planPath = filepath.Join(plan.StateDir(image), "plan.json")
	}
	p, err := LoadPlan(planPath)
	if errors.Is(err, os.ErrNotExist) {
		return verify.Report{}, fmt.Errorf("cannot verify %s: there is no plan to compare it with: %w; name one with --plan", image, err)
	}
	if err != nil {
		return verify.Report{}, err
	}
	if p.Target.Kind != device.KindImage {
		return verify.Report{}, fmt.Errorf("cannot verify %s: the plan is for a real disk", image)
	}
	held, err := target.ReadImage(image, p.Layout.SectorSize)
	if err != nil {
		return verify.Report{}, err
	}
	report := verify.Run(ctx, verify.Input{
		Tools: tool.Exec{}, Target: held, Layout: p.Layout, Passphrase: passphrase, Twice: true, Each: each,
		Repo: plan.RepoDir(image), Configuration: p.Configuration,
	})
	return report, errors.Join(context.Cause(ctx), held.Release())
}
