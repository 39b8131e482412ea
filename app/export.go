package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/lang"

	"lethe/app/session"
	"lethe/engine/flake/export"
)

// export writes the configuration to where the user says.
func (w *window) export(archive bool) {
	if w.state.Plan == nil {
		return
	}
	made, kept := *w.state.Plan, w.work.Repo
	if made.Configuration.Own == nil || w.state.Run.Outcome != session.OutcomeDone {
		kept = ""
	}
	name := made.HostName() + "-nixos"
	then := func(path string) {
		inBackground(w.life, w, func(ctx context.Context) (string, error) { return path, w.engine.Export(ctx, made, kept, path) }, w.exported)
	}
	if archive {
		w.choose.file(name+".tar.gz", func(path string) {
			switch base := filepath.Base(path); {
			case export.IsArchive(path):
				then(path)
			case filepath.Ext(base) == "":
				then(path + ".tar.gz")
			default:
				w.work.Exported = ""
				w.work.ExportError = lang.L("{{.Name}} is no archive that can be written. Choose a name that ends in .tar.gz, .tgz or .zip.", map[string]string{"Name": base})
				w.refresh()
			}
		})
		return
	}
	w.choose.folder(name, then)
}

func (w *window) exported(path string, err error) {
	w.work.Exported, w.work.ExportError = path, ""
	if err != nil {
		w.work.Exported, w.work.ExportError = "", err.Error()
	}
	w.refresh()
}

// saveReport writes the report of the run to where the user says. Only its owner may read it.
func (w *window) saveReport() {
	text := w.secrets.Redact(w.state.Run.Report())
	w.choose.file("lethe-report.txt", func(path string) {
		inBackground(w.life, w, func(context.Context) (string, error) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				return "", fmt.Errorf("cannot save the report: %w; choose another place", err)
			}
			return path, nil
		}, func(path string, err error) {
			w.work.Saved, w.work.SaveError = path, ""
			if err != nil {
				w.work.SaveError = err.Error()
			}
			w.refresh()
		})
	})
}
