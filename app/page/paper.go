package page

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
)

// The papers that are no file.
const (
	commandsName = "commands"
	diffName     = "diff"
)

// paper shows one text of the review at a time: the commands of a step, a file of the configuration, or what is added to one's own.
type paper struct {
	box fyne.CanvasObject

	made    session.Review
	open    string // commandsName, diffName, or the path of a file
	step    string // whose commands they are
	whole   string // what is copied
	columns int    // that fit
	choice  *control.Choice
	text    *widget.CodeView
	hint    *quiet
	hintBox fyne.CanvasObject
}

// newPaper makes an empty one; chosen is called with what the user clicks, and pointed with what the user points at.
func newPaper(room Room, chosen, pointed func(session.Selection)) *paper {
	p := &paper{open: commandsName, columns: 48, text: widget.NewCodeView(widget.Shell, "")}
	p.text.OnLine = func(line int) { chosen(p.at(line)) }
	p.text.OnPoint = func(line int) { pointed(p.at(line)) }
	p.choice = control.NewChoice(nil, func(value string) {
		p.turn(value)
		if p.isFile() {
			chosen(session.Selection{File: value})
		}
	})
	p.hint = muted(lang.L("A line is longer than this: scroll to the right, or copy it."))
	p.hintBox = bare(p.hint, 0)
	head := container.NewBorder(nil, nil, nil, control.NewButton(lang.L("Copy"), theme.ContentCopyIcon(), func() { room.Acts.Copy(p.whole) }), p.choice)
	text := container.New(&leastHeight{height: 180, resized: p.measure}, p.text)
	p.box = stretched(look.SmallGap, text, title(lang.L("Commands and configuration")), head, text, p.hintBox)
	return p
}

func (p *paper) isFile() bool { return p.open != commandsName && p.open != diffName }

// measure counts the columns that the width has room for, and breaks commands anew.
func (p *paper) measure() {
	if columns := columnsIn(p.text.Size().Width); columns != p.columns && columns > 0 {
		p.columns = columns
		p.turn(p.open)
	}
}

// columnsIn is how many characters a view of code has room for in a width, beside line numbers of two digits and its margins.
func columnsIn(width float32) int {
	const margins = 4 + 3*8
	one := fyne.MeasureText("M", theme.TextSize()-1, fyne.TextStyle{Monospace: true}).Width
	return int((width-margins)/one) - 2
}

// show offers what a plan has to read, and opens the commands of its first step.
func (p *paper) show(made session.Review) {
	p.made, p.step = made, ""
	options := []control.Option{{Value: commandsName, Label: lang.L("Commands of the chosen step")}}
	if made.Diff != "" {
		options = append(options, control.Option{Value: diffName, Label: lang.L("What is added to your repository")})
	}
	for _, f := range readable(made.Files) {
		options = append(options, control.Option{Value: f.Path, Label: lang.L("Configuration: {{.File}}", map[string]string{"File": f.Path})})
	}
	if len(made.Steps) > 0 {
		p.step = made.Steps[0].ID
	}
	p.choice.SetOffer(options)
	p.turn(commandsName)
}

// readable puts the files that say how the system is before those that only serve them, such as .gitignore and flake.lock.
func readable(files []session.ReviewFile) []session.ReviewFile {
	files = slices.Clone(files)
	serves := func(f session.ReviewFile) int {
		if strings.HasSuffix(f.Path, ".nix") {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(files, func(a, b session.ReviewFile) int { return serves(a) - serves(b) })
	return files
}

// turn opens a text.
func (p *paper) turn(to string) {
	p.open = to
	p.choice.ShowAs(to)
	switch to {
	case commandsName:
		p.openCommands()
	case diffName:
		p.put(widget.Diff, p.made.Diff, p.made.Diff)
	default:
		for _, f := range p.made.Files {
			if f.Path == to {
				p.put(languageOf(to), f.Text, f.Text)
			}
		}
	}
}

// put shows a text, and says so when not all of it can be seen.
func (p *paper) put(language widget.Language, shown, whole string) {
	p.whole = whole
	p.text.SetText(language, shown)
	show(p.hintBox, session.Widest(shown) > p.columns)
}

// openCommands shows what a person could type instead of a step, and why. Lines are broken as a shell takes them; what is copied is whole.
func (p *paper) openCommands() {
	for _, s := range p.made.Steps {
		if s.ID != p.step {
			continue
		}
		about := Engine(s.Why)
		if s.NotRehearsed != "" {
			about += " " + lang.L("Not rehearsed: {{.Why}}", map[string]string{"Why": Engine(s.NotRehearsed)})
		}
		lines := []string{session.WrapComment(about, p.columns)}
		for _, c := range s.Commands {
			lines = append(lines, session.WrapCommand(c, p.columns))
		}
		p.put(widget.Shell, strings.Join(lines, "\n"), strings.Join(append([]string{"# " + Engine(s.Title)}, s.Commands...), "\n")+"\n")
	}
}

// follow shows the text of a selection: a file with its lines where one is open, else the commands of its first step.
func (p *paper) follow(selection session.Selection, h session.Highlight) {
	switch {
	case p.open != commandsName:
		if selection.File == "" {
			p.turnTo(h.Lines)
		}
	case len(h.Steps) > 0 && h.Steps[0] != p.step:
		p.step = h.Steps[0]
		p.turn(commandsName)
	}
}

// light marks the lines of the file that is open.
func (p *paper) light(h session.Highlight) { p.text.SetHighlighted(linesIn(h.Lines, p.open)...) }

// at is what a line is of: a file, or the step whose commands are shown.
func (p *paper) at(line int) session.Selection {
	switch {
	case line == 0 || p.open == diffName:
		return session.Selection{}
	case p.open == commandsName:
		return session.Selection{Step: p.step}
	}
	return session.Selection{File: p.open, Line: line}
}

// turnTo opens a file with lines that light up, unless the one that is open has some.
func (p *paper) turnTo(lines []session.LineRange) {
	in := func(l session.LineRange) bool { return l.File == p.open }
	if len(lines) > 0 && !slices.ContainsFunc(lines, in) {
		p.turn(lines[0].File)
	}
}

// linesIn are the lines of one file; a range without lines is the whole file, which needs no light.
func linesIn(lines []session.LineRange, path string) []widget.LineRange {
	var list []widget.LineRange
	for _, l := range lines {
		if l.File == path && l.First > 0 {
			list = append(list, widget.LineRange{First: l.First, Last: l.Last})
		}
	}
	return list
}

// languageOf is how a file is coloured.
func languageOf(path string) widget.Language {
	switch {
	case strings.HasSuffix(path, ".nix"):
		return widget.Nix
	case strings.HasSuffix(path, ".toml"):
		return widget.TOML
	case strings.HasSuffix(path, "justfile"), strings.HasSuffix(path, ".sh"):
		return widget.Shell
	}
	return widget.Plain
}
