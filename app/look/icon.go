package look

import (
	"embed"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Icon names one of Lethe's own icons.
type Icon string

// The icons. Their shapes differ, so that none depends on its colour.
const (
	IconCheck   Icon = "check"   // a disc with a tick
	IconNear    Icon = "near"    // a diamond with a tilde
	IconCross   Icon = "cross"   // an octagon with a cross
	IconLock    Icon = "lock"    // a padlock
	IconDisk    Icon = "disk"    // a disk with a platter
	IconSSD     Icon = "ssd"     // a board with chips
	IconUSB     Icon = "usb"     // a stick
	IconCard    Icon = "card"    // a memory card
	IconImage   Icon = "image"   // a file with a disk on it
	IconWaiting Icon = "waiting" // a ring
	IconWorking Icon = "working" // a disc, half filled
	IconSkipped Icon = "skipped" // a disc with a dash
	IconInfo    Icon = "info"    // a disc with an i
	IconWarn    Icon = "warn"    // a triangle
	IconCurrent Icon = "current" // a chevron to the right
)

//go:embed icons/*.svg
var files embed.FS

// made holds the icons by name and colour: what shows an icon can tell that it shows it already.
var made sync.Map

// In gives the icon in a colour of the theme, which follows the theme's variant. The same icon in the same colour is the same resource.
// An unknown name gives a broken image.
func (i Icon) In(colour fyne.ThemeColorName) fyne.Resource {
	key := [2]string{string(i), string(colour)}
	if resource, ok := made.Load(key); ok {
		return resource.(fyne.Resource) //nolint:forcetypeassert // nothing else is stored
	}
	content, err := files.ReadFile("icons/" + string(i) + ".svg")
	if err != nil {
		return theme.BrokenImageIcon()
	}
	resource, _ := made.LoadOrStore(key, theme.NewColoredResource(fyne.NewStaticResource(string(i)+".svg", content), colour))
	return resource.(fyne.Resource) //nolint:forcetypeassert // nothing else is stored
}
