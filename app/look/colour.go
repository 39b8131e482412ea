package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours that Lethe adds to Fyne's. The map's are Okabe and Ito's, which people with colour-blindness can tell apart; each has
// a tint that carries text, and the colour itself for the patterned band.
const (
	ColorESP       fyne.ThemeColorName = "letheESP"
	ColorESPTint   fyne.ThemeColorName = "letheESPTint"
	ColorSwap      fyne.ThemeColorName = "letheSwap"
	ColorSwapTint  fyne.ThemeColorName = "letheSwapTint"
	ColorNix       fyne.ThemeColorName = "letheNix"
	ColorNixTint   fyne.ThemeColorName = "letheNixTint"
	ColorLUKS      fyne.ThemeColorName = "letheLUKS"
	ColorLUKSTint  fyne.ThemeColorName = "letheLUKSTint"
	ColorFree      fyne.ThemeColorName = "letheFree"
	ColorFreeTint  fyne.ThemeColorName = "letheFreeTint"
	ColorOther     fyne.ThemeColorName = "letheOther"
	ColorOtherTint fyne.ThemeColorName = "letheOtherTint"

	ColorSurface  fyne.ThemeColorName = "letheSurface"  // of cards and lists
	ColorRail     fyne.ThemeColorName = "letheRail"     // of the sidebar
	ColorMuted    fyne.ThemeColorName = "letheMuted"    // text of less weight, still readable
	ColorRing     fyne.ThemeColorName = "letheRing"     // round what has the focus
	ColorOutline  fyne.ThemeColorName = "letheOutline"  // of cards
	ColorInfoTint fyne.ThemeColorName = "letheInfoTint" // of notices
	ColorWarnTint fyne.ThemeColorName = "letheWarnTint"
	ColorBadTint  fyne.ThemeColorName = "letheBadTint"
	ColorGoodTint fyne.ThemeColorName = "letheGoodTint"
	ColorChosen   fyne.ThemeColorName = "letheChosen" // of what is chosen

	ColorCodeKeyword fyne.ThemeColorName = "letheCodeKeyword"
	ColorCodeString  fyne.ThemeColorName = "letheCodeString"
	ColorCodeComment fyne.ThemeColorName = "letheCodeComment"
	ColorCodeNumber  fyne.ThemeColorName = "letheCodeNumber"
	ColorCodeLine    fyne.ThemeColorName = "letheCodeLine" // behind highlighted lines
)

type pair struct{ light, dark color.NRGBA }

// hex reads 0xRRGGBB.
func hex(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func both(light, dark uint32) pair { return pair{hex(light), hex(dark)} }

var colours = map[fyne.ThemeColorName]pair{
	theme.ColorNameBackground:          both(0xfbfbfc, 0x1d1f24),
	theme.ColorNameForeground:          both(0x24282f, 0xe8eaee),
	theme.ColorNamePlaceHolder:         both(0x666d78, 0xa3a9b4),
	theme.ColorNameDisabled:            both(0x8b919b, 0x7d838e),
	theme.ColorNamePrimary:             both(0x2f5fc4, 0x7ea6ff),
	theme.ColorNameForegroundOnPrimary: both(0xffffff, 0x10141c),
	theme.ColorNameHyperlink:           both(0x2f5fc4, 0x8fb2ff),
	theme.ColorNameFocus:               {color.NRGBA{0x2f, 0x5f, 0xc4, 0x38}, color.NRGBA{0x7e, 0xa6, 0xff, 0x4c}},
	theme.ColorNameSelection:           {color.NRGBA{0x2f, 0x5f, 0xc4, 0x30}, color.NRGBA{0x7e, 0xa6, 0xff, 0x40}},
	theme.ColorNameButton:              both(0xe9ebef, 0x343841),
	theme.ColorNameDisabledButton:      both(0xeff0f3, 0x292c33),
	theme.ColorNameInputBackground:     both(0xffffff, 0x272a31),
	theme.ColorNameInputBorder:         both(0x868d99, 0x767d8a),
	theme.ColorNameSeparator:           both(0xdfe2e7, 0x363a43),
	theme.ColorNameHeaderBackground:    both(0xf1f2f5, 0x24272d),
	theme.ColorNameOverlayBackground:   both(0xffffff, 0x272a31),
	theme.ColorNameMenuBackground:      both(0xffffff, 0x272a31),
	theme.ColorNameError:               both(0xb3261e, 0xff8a80),
	theme.ColorNameForegroundOnError:   both(0xffffff, 0x2b0906),
	theme.ColorNameSuccess:             both(0x1d7a46, 0x6fd79a),
	theme.ColorNameForegroundOnSuccess: both(0xffffff, 0x06210f),
	theme.ColorNameWarning:             both(0x8a5a00, 0xf2bd57),
	theme.ColorNameForegroundOnWarning: both(0xffffff, 0x2a1b00),

	ColorESP: both(0x0072b2, 0x56b4e9), ColorESPTint: both(0xd9ecf8, 0x1f3a4d),
	ColorSwap: both(0xd0780a, 0xe69f00), ColorSwapTint: both(0xfcebd2, 0x4a3612),
	ColorNix: both(0x008c66, 0x2fc596), ColorNixTint: both(0xd6f0e7, 0x17402f),
	ColorLUKS: both(0x8a4a86, 0xcc79a7), ColorLUKSTint: both(0xf3e3f0, 0x452a40),
	ColorFree: both(0xb4bac4, 0x5a606c), ColorFreeTint: both(0xf1f2f4, 0x2a2d34),
	ColorOther: both(0x6b7280, 0x9aa1ad), ColorOtherTint: both(0xe4e6ea, 0x3a3e47),

	ColorSurface:  both(0xffffff, 0x272a31),
	ColorRail:     both(0xf1f2f5, 0x17191d),
	ColorMuted:    both(0x5b626d, 0xaab0bb),
	ColorRing:     both(0x2f5fc4, 0x9dbbff),
	ColorOutline:  both(0xd5d9e0, 0x424751),
	ColorInfoTint: both(0xe6eefc, 0x222f4a),
	ColorWarnTint: both(0xfdf1d9, 0x3f3114),
	ColorBadTint:  both(0xfce6e4, 0x4a211e),
	ColorGoodTint: both(0xe0f3e8, 0x1b3a28),
	ColorChosen:   both(0xe6eefc, 0x2b3856),

	ColorCodeKeyword: both(0x7b2d8e, 0xd7a3ea),
	ColorCodeString:  both(0x1d6f42, 0x8fd6a6),
	ColorCodeComment: both(0x666d78, 0xb0b6c1),
	ColorCodeNumber:  both(0x9a4a00, 0xf0b67a),
	ColorCodeLine:    both(0xfff3c4, 0x4a4220),
}
