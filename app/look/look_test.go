package look

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look/looktest"
)

var variants = map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark}

func TestTextHasContrast(t *testing.T) {
	surfaces := []fyne.ThemeColorName{theme.ColorNameBackground, ColorSurface, ColorRail, ColorInfoTint, ColorWarnTint, ColorBadTint, ColorGoodTint, ColorChosen}
	pairs := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		theme.ColorNameForeground: append([]fyne.ThemeColorName{
			ColorESPTint, ColorSwapTint, ColorNixTint, ColorLUKSTint, ColorFreeTint, ColorOtherTint, ColorCodeLine,
			theme.ColorNameInputBackground, theme.ColorNameButton,
		}, surfaces...),
		ColorMuted:                         surfaces,
		theme.ColorNamePlaceHolder:         {theme.ColorNameInputBackground},
		theme.ColorNameError:               {theme.ColorNameBackground, ColorSurface, ColorBadTint},
		theme.ColorNameWarning:             {theme.ColorNameBackground, ColorSurface, ColorWarnTint},
		theme.ColorNameSuccess:             {theme.ColorNameBackground, ColorSurface, ColorGoodTint},
		theme.ColorNameHyperlink:           {theme.ColorNameBackground, ColorSurface},
		theme.ColorNameForegroundOnPrimary: {theme.ColorNamePrimary},
		theme.ColorNameForegroundOnError:   {theme.ColorNameError},
		theme.ColorNameForegroundOnSuccess: {theme.ColorNameSuccess},
		theme.ColorNameForegroundOnWarning: {theme.ColorNameWarning},
		ColorCodeKeyword:                   {ColorSurface, ColorCodeLine},
		ColorCodeString:                    {ColorSurface, ColorCodeLine},
		ColorCodeComment:                   {ColorSurface, ColorCodeLine},
		ColorCodeNumber:                    {ColorSurface, ColorCodeLine},
	}
	for name, variant := range variants {
		for text, backs := range pairs {
			for _, back := range backs {
				if got := looktest.Contrast(New().Color(text, variant), New().Color(back, variant)); got < 4.5 {
					t.Errorf("%s: %s on %s has a contrast of %.2f", name, text, back, got)
				}
			}
		}
	}
}

func TestMarksHaveContrast(t *testing.T) {
	for name, variant := range variants {
		for _, mark := range []fyne.ThemeColorName{
			ColorESP, ColorSwap, ColorNix, ColorLUKS, ColorOther, ColorRing, theme.ColorNamePrimary, theme.ColorNameInputBorder,
		} {
			if got := looktest.Contrast(New().Color(mark, variant), New().Color(theme.ColorNameBackground, variant)); got < 3 {
				t.Errorf("%s: %s has a contrast of %.2f", name, mark, got)
			}
		}
	}
}

// deficient gives what a dichromat sees, by Viénot, Brettel and Mollon's matrices (1999) on linear light.
func deficient(c color.Color, protan bool) [3]float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 { return math.Pow(float64(v)/0xffff, 2.2) }
	x, y, z := linear(r), linear(g), linear(b)
	if protan {
		return [3]float64{0.11238*x + 0.88762*y, 0.11238*x + 0.88762*y, 0.00401*x - 0.00401*y + z}
	}
	return [3]float64{0.29275*x + 0.70725*y, 0.29275*x + 0.70725*y, -0.02234*x + 0.02234*y + z}
}

func TestMapColoursDifferForEveryone(t *testing.T) {
	kinds := []fyne.ThemeColorName{ColorESP, ColorSwap, ColorNix}
	for name, variant := range variants {
		for i, a := range kinds {
			for _, b := range kinds[i+1:] {
				for _, protan := range []bool{true, false} {
					x, y := deficient(New().Color(a, variant), protan), deficient(New().Color(b, variant), protan)
					if d := math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2]); d < 0.1 {
						t.Errorf("%s: %s and %s are %.3f apart (protan %v)", name, a, b, d, protan)
					}
				}
			}
		}
	}
}

func TestFollowsTheVariant(t *testing.T) {
	for name := range colours {
		if New().Color(name, theme.VariantLight) == New().Color(name, theme.VariantDark) {
			t.Errorf("%s is the same in light and dark", name)
		}
		if Fixed(theme.VariantDark).Color(name, theme.VariantLight) != New().Color(name, theme.VariantDark) {
			t.Errorf("%s does not keep to the fixed variant", name)
		}
	}
}

func TestFyneHasAllItAsksFor(t *testing.T) {
	test.NewTempApp(t)
	test.AssertAllColorNamesDefined(t, New(), "lethe")
}

func TestIconsAreDrawn(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(Fixed(theme.VariantLight))
	entries, err := files.ReadDir("icons")
	if err != nil || len(entries) == 0 {
		t.Fatalf("no icons: %v", err)
	}
	seen := map[string]string{}
	for _, entry := range entries {
		icon := Icon(strings.TrimSuffix(entry.Name(), ".svg"))
		c := software.NewCanvas()
		c.SetPadded(false)
		image := canvas.NewImageFromResource(icon.In(theme.ColorNameForeground))
		c.SetContent(image)
		c.Resize(fyne.NewSize(24, 24))
		picture, ink := c.Capture(), ""
		for y := range 24 {
			for x := range 24 {
				if looktest.Luminance(picture.At(x, y)) < 0.3 {
					ink += "#"
				} else {
					ink += "."
				}
			}
		}
		if n := strings.Count(ink, "#"); n < 40 || n > 500 {
			t.Errorf("%s has %d dark pixels of 576", icon, n)
		}
		if other, ok := seen[ink]; ok {
			t.Errorf("%s looks like %s", icon, other)
		}
		seen[ink] = string(icon)
	}
	if Icon("none").In(theme.ColorNameForeground).Name() != theme.BrokenImageIcon().Name() {
		t.Error("an unknown icon is not shown as broken")
	}
}
