package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/widget"
)

// exports are the buttons that write the configuration somewhere, and what came of it.
type exports struct {
	buttons fyne.CanvasObject
	told    *widget.Notice
}

func newExports(room Room) *exports {
	return &exports{
		buttons: row(
			control.NewButton(lang.L("Export to a folder…"), theme.FolderOpenIcon(), func() { room.Acts.Export(false) }),
			control.NewButton(lang.L("Export as an archive…"), theme.DocumentSaveIcon(), func() { room.Acts.Export(true) }),
		),
		told: widget.NewNotice(widget.Good, ""),
	}
}

func (e *exports) refresh(work *Work) {
	good := ""
	if work.Exported != "" {
		good = lang.L("The configuration is in {{.Path}}.", map[string]string{"Path": work.Exported})
	}
	tell(e.told, work.ExportError, good)
}

// tell says what went wrong, or else what is done; nothing where neither is there.
func tell(n *widget.Notice, wrong, good string) {
	if wrong != "" {
		n.Set(widget.Bad, Engine(wrong))
		return
	}
	n.Set(widget.Good, good)
}
