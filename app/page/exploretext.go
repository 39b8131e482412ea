package page

import (
	"strings"

	"fyne.io/fyne/v2/lang"

	"lethe/app/session"
	"lethe/engine/persist/keep"
)

// actTitle asks, or says what is done.
func actTitle(act session.Act) string {
	data := map[string]string{"Name": plain(Say(act.Owner)), "Date": act.Path}
	if act.Owner.Empty() {
		data["Name"] = shortPath(act.Path, 60)
	}
	switch act.Kind {
	case session.ActKeep:
		return lang.L("Keep: {{.Name}}", data)
	case session.ActForget:
		return lang.L("Forget: {{.Name}}", data)
	case session.ActSync:
		return lang.L("Copy again what waits for a rebuild")
	}
	return lang.L("Delete what was forgotten at {{.Date}}", data)
}

// actSentence says what is about to be done.
func actSentence(s *session.Explore) string {
	act := s.Act
	switch {
	case act.State == session.ActPlanning:
		return lang.L("Looking at what that would do…")
	case act.State != session.ActReview && act.State != session.ActWorking:
		return ""
	case act.Kind == session.ActKeep:
		return keepSentence(act.KeepPlan)
	case act.Kind == session.ActForget:
		return forgetSentence(act.ForgetPlan)
	case act.Kind == session.ActSync:
		return lang.L("What was written since the last copy is copied too. Do this right before you rebuild.")
	}
	return deleteSentence(s)
}

// actProblem says why it was not done: in the engine's words, but for what the page itself knows better.
func actProblem(act session.Act) string {
	if act.Copied {
		return lang.L("{{.Path}} is copied already, and kept once you rebuild. “Copy again” takes in what was written since.", map[string]any{"Path": plain(act.Path)})
	}
	return Engine(act.Error)
}

func keepSentence(p keep.Plan) string {
	var lines []string
	for _, item := range p.Items {
		lines = append(lines, lang.N("{{.Path}}: {{.Count}} entries, {{.Size}}, are copied to the disk and compared byte by byte.", item.Size.Entries,
			map[string]any{"Path": plain(item.Path), "Count": grouped(int64(item.Size.Entries)), "Size": size(item.Size.Bytes)}))
		if item.Replaces {
			lines = append(lines, lang.L("What is at its place on the disk already is moved aside, not deleted."))
		}
	}
	return strings.Join(lines, "\n")
}

func forgetSentence(p keep.ForgetPlan) string {
	var lines []string
	for _, item := range p.Items {
		data := map[string]any{"Path": plain(item.Path), "Count": grouped(int64(item.Size.Entries)), "Size": size(item.Size.Bytes)}
		if item.Stored {
			lines = append(lines, lang.N("{{.Path}}: {{.Count}} entries, {{.Size}}, are moved to a folder for what is forgotten. Deleting them is a second step.", item.Size.Entries, data))
		}
		if item.Declared {
			lines = append(lines, lang.L("{{.Path}} is taken out of the configuration.", data))
		}
	}
	return strings.Join(lines, "\n")
}

func deleteSentence(s *session.Explore) string {
	for _, f := range s.Forgotten {
		if f.Date == s.Act.Path {
			return lang.L("These are deleted from the disk, and nothing brings them back:") + "\n" + plainList(f.Paths)
		}
	}
	return ""
}

// plainList are the first paths of a list, a line for each.
func plainList(paths []string) string {
	const most = 6
	var lines []string
	for i, p := range paths {
		if i == most {
			lines = append(lines, lang.N("and {{.Count}} more", len(paths)-most, map[string]any{"Count": len(paths) - most}))
			break
		}
		lines = append(lines, plain(p))
	}
	return strings.Join(lines, "\n")
}

// actDoing says what an act is at.
func actDoing(act session.Act) string {
	data := map[string]string{"Count": grouped(int64(act.Progress.Entries)), "Size": size(act.Progress.Bytes)}
	switch {
	case act.Kind == session.ActForget:
		return lang.L("Moving…")
	case act.Kind == session.ActDelete:
		return lang.L("Deleting…")
	case act.Progress.Stage == keep.StageVerify:
		return lang.L("Comparing: {{.Count}} entries, {{.Size}}", data)
	}
	return lang.L("Copying: {{.Count}} entries, {{.Size}}", data)
}

// actResult is what an act came to, and what has to be minded.
func actResult(act session.Act) (good string, notes []string) {
	if act.State == session.ActReview {
		for _, item := range act.KeepPlan.Items {
			notes = append(notes, sayAll(item.Notes)...)
		}
		for _, item := range act.ForgetPlan.Items {
			notes = append(notes, sayAll(item.Notes)...)
		}
		return "", notes
	}
	if act.State != session.ActDone {
		return "", nil
	}
	switch act.Kind {
	case session.ActKeep, session.ActSync:
		return keptText(act.Kept)
	case session.ActForget:
		return lang.L("Forgotten. What was stored is moved away, and can be deleted for good from the list."), sayAll(act.Gone.Notes)
	}
	return lang.L("Deleted."), nil
}

// sayAll translates notes of the engine.
func sayAll(notes []string) []string {
	var list []string
	for _, n := range notes {
		list = append(list, Say(session.Phrase(n)))
	}
	return list
}

func keptText(r keep.Result) (string, []string) {
	notes := sayAll(r.Notes)
	if torn := r.Torn(); len(torn) > 0 {
		notes = append([]string{lang.L("These changed while they were copied. End what writes them, and copy again:") + "\n" + plainList(torn)}, notes...)
	}
	left := 0
	for _, c := range r.Copies {
		left += len(c.Left)
	}
	if left > 0 {
		notes = append(notes, lang.N("{{.Count}} sockets, devices or mounts in it were left out; programs make them anew.", left, map[string]any{"Count": left}))
	}
	if len(r.Copies) == 0 {
		return lang.L("There was nothing to copy."), notes
	}
	last := r.Copies[len(r.Copies)-1]
	return lang.L("Copied at {{.Time}} and compared. It is pending until the system is rebuilt.",
		map[string]string{"Time": last.Snapshot.Local().Format("15:04:05")}), notes
}
