package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Theme is Lethe's theme. Its zero value follows the desktop's variant.
type Theme struct {
	fixed   bool
	variant fyne.ThemeVariant
}

// New gives the theme that follows the desktop between light and dark.
func New() fyne.Theme { return Theme{} }

// Fixed gives the theme held to one variant, for screenshots and for a user who wants one.
func Fixed(variant fyne.ThemeVariant) fyne.Theme { return Theme{fixed: true, variant: variant} }

// Color gives a colour of this theme, or Fyne's where Lethe has no own.
func (t Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	if t.fixed {
		variant = t.variant
	}
	if pair, ok := colours[name]; ok {
		if variant == theme.VariantDark {
			return pair.dark
		}
		return pair.light
	}
	return theme.DefaultTheme().Color(name, variant)
}

// Font gives Fyne's fonts.
func (t Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon gives Fyne's icons.
func (t Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size gives a distance in Fyne's density-independent pixels.
func (t Theme) Size(name fyne.ThemeSizeName) float32 {
	if size, ok := sizes[name]; ok {
		return size
	}
	return theme.DefaultTheme().Size(name)
}
