// Package assets holds what the window brings with it: the icon and the translations. It knows nothing of who draws them.
//
// The English text of a sentence is also its key, so that a translation that is missing shows English and never a code name.
package assets

import "embed"

// IconSVG is the application's icon as a drawing, for places inside the window.
//
//go:embed icon.svg
var IconSVG []byte

// IconPNG is the same icon as 128 × 128 pixels, which is what window systems take. Packages take icon.png, which is larger: decoding
// that would hold up the first frame.
//
//go:embed icon-128.png
var IconPNG []byte

// Translations holds a file for each language below [TranslationsDir], named by its BCP 47 tag: en.json, de.json.
//
//go:embed translations/*.json
var Translations embed.FS

// TranslationsDir is the folder in [Translations].
const TranslationsDir = "translations"
