package flake

import (
	"fmt"
	"slices"
	"strings"
)

// Addition is what is added to a repository of the user's own. No file of theirs is in it.
type Addition struct {
	// Files are new: no path in it was there before.
	Files Repo `json:"files"`
	// Diff shows them as git would.
	Diff string `json:"diff"`
	// Says are sentences for the user: what to import.
	Says []string `json:"says"`
}

// AddTo gives what a user's own repository needs for the planned disk: disks.nix and the hardware configuration,
// at the paths that the wishes name. Existing is the repository's paths. A path that is there already is refused,
// since a user's file is never rewritten; the comparison ignores case, because a file system may.
func AddTo(existing []string, in Input) (Addition, error) {
	if err := in.check(); err != nil {
		return Addition{}, err
	}
	c := in.Config.WithDefaults()
	if !slices.Contains(existing, FlakeFile) {
		return Addition{}, fmt.Errorf("cannot use repository %q: it has no %s at its top; choose a flake", c.Repo.Source, FlakeFile)
	}
	v, err := newView(in)
	if err != nil {
		return Addition{}, err
	}
	disks, err := execute(DisksFile+".tmpl", v)
	if err != nil {
		return Addition{}, err
	}
	hardware := []byte(in.Hardware)
	if in.Hardware == "" {
		if hardware, err = execute(HardwareFile+".tmpl", v); err != nil {
			return Addition{}, err
		}
	}
	a := Addition{}
	for _, f := range []ownFile{
		{File{c.Repo.DisksFile, disks}, "repo.disks_file (--disks-file)"},
		{File{c.Repo.HardwareFile, hardware}, "repo.hardware_file (--hardware-file)"},
	} {
		if err := a.add(existing, f); err != nil {
			return Addition{}, err
		}
	}
	a.Says = append(a.Says,
		fmt.Sprintf("Import ./%s and ./%s where nixosConfigurations.%s is made, if they are not yet.", c.Repo.DisksFile, c.Repo.HardwareFile, v.Host))
	if in.ReadOnlyVariables {
		a.Says = append(a.Says, "Set boot.loader.efi.canTouchEfiVariables = false: the firmware's variables cannot be written here, and installing the boot loader may fail.")
	}
	return a, nil
}

// ownFile is a file to add, and the wish that says where.
type ownFile struct {
	File
	wish string
}

func (a *Addition) add(existing []string, f ownFile) error {
	for _, old := range existing {
		if strings.EqualFold(old, f.Path) || below(strings.ToLower(f.Path), strings.ToLower(old)) {
			return fmt.Errorf("cannot add %s: the repository has %s already, and Lethe rewrites no file of yours; name another path in %s, or remove the file", f.Path, old, f.wish)
		}
	}
	if _, twice := a.Files.Get(f.Path); twice {
		return fmt.Errorf("cannot add %s: both files would be there; name another path in %s", f.Path, f.wish)
	}
	files, err := a.Files.With(f.Path, f.Text)
	if err != nil {
		return err
	}
	a.Files = files
	a.Diff += newFileDiff(f.File)
	return nil
}

// newFileDiff is a unified diff that makes a file.
func newFileDiff(f File) string {
	lines := strings.SplitAfter(string(f.Text), "\n")
	end := "\\ No newline at end of file\n"
	if lines[len(lines)-1] == "" {
		lines, end = lines[:len(lines)-1], ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "diff --git a/%[1]s b/%[1]s\nnew file mode 100644\n--- /dev/null\n+++ b/%[1]s\n@@ -0,0 +1,%d @@\n", f.Path, len(lines))
	for _, line := range lines {
		b.WriteString("+" + line)
	}
	if end != "" {
		b.WriteString("\n" + end)
	}
	return b.String()
}
