package step

import (
	"fmt"
	"os"

	"lethe/engine/plan"
	"lethe/engine/verify"
)

// asReviewed makes sure that what an earlier run wrote is there, whole and unchanged: the configuration and the passwords.
func (e *Env) asReviewed() error {
	const advice = "nothing of it was changed; start over, which asks for everything anew"
	repo := e.Machine.path(plan.Repo)
	lock, err := verify.Reviewed(repo, e.Plan)
	if err != nil {
		return fmt.Errorf("cannot continue: the configuration on the disk is not the one that was reviewed: %w; %s", err, advice)
	}
	e.lock = lock
	for _, u := range e.Plan.Wishes.Users {
		if err := verify.PasswordFile(e.Machine.path(plan.PasswordPath(u.Name))); err != nil {
			return fmt.Errorf("cannot continue: the password of %s is not on the disk as it should be: %w; %s", u.Name, err, advice)
		}
	}
	// It may have been handed over to its owner already, and Nix takes no repository of somebody else's.
	if err := own(repo, os.Geteuid(), os.Getegid()); err != nil {
		return fmt.Errorf("cannot take the configuration back for the installation: %w", err)
	}
	return nil
}
