package main

import (
	"reflect"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"lethe/engine/secret"
)

// seeker looks for a text in everything that can be reached from a value: fields of any name, what pointers and interfaces point
// to, maps, slices of bytes and of runes, and what the renderer of a widget draws. It does not look into functions.
type seeker struct {
	parts []string
	seen  map[visit]bool
	found []string // the paths to it
}

type visit struct {
	at   uintptr
	kind reflect.Type
	size int
}

// holders are the types that are no widget, and may hold a secret or lead to one that does.
var holders = []reflect.Type{reflect.TypeFor[*window](), reflect.TypeFor[*secret.Store](), reflect.TypeFor[*fakeEngine]()}

// seek gives the paths on which a word of a text is reached; an undo history holds it word by word.
func seek(text string, roots map[string]any) []string {
	s := &seeker{parts: strings.Fields(text), seen: map[visit]bool{}}
	for name, root := range roots {
		s.value(name, reflect.ValueOf(root))
	}
	return s.found
}

// inWindow is all of a window that people see or the session keeps.
func (s *stand) inWindow() map[string]any {
	return map[string]any{"shell": s.w.shell, "pages": s.w.pages, "state": s.w.state, "work": s.w.work, "content": s.w.win.Content(), "quick": s.w.quick}
}

func (s *seeker) text(path, text string) {
	for _, part := range s.parts {
		if strings.Contains(text, part) {
			s.found = append(s.found, path)
			return
		}
	}
}

func (s *seeker) value(path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		s.text(path, v.String())
	case reflect.Interface:
		s.value(path, v.Elem())
	case reflect.Pointer:
		s.pointer(path, v)
	case reflect.Struct:
		for i := range v.NumField() {
			s.value(path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			s.value(path+"[key]", entries.Key())
			s.value(path+"[]", entries.Value())
		}
	case reflect.Slice, reflect.Array:
		s.list(path, v)
	}
}

func (s *seeker) pointer(path string, v reflect.Value) {
	for _, holder := range holders {
		if v.Type() == holder {
			return
		}
	}
	if v.IsNil() || s.again(visit{v.Pointer(), v.Type(), 0}) {
		return
	}
	if v.CanInterface() {
		if w, ok := v.Interface().(fyne.Widget); ok {
			for _, o := range test.WidgetRenderer(w).Objects() {
				s.value(path+"(drawn)", reflect.ValueOf(o))
			}
		}
	}
	s.value(path, v.Elem())
}

func (s *seeker) again(at visit) bool {
	seen := s.seen[at]
	s.seen[at] = true
	return seen
}

// list looks into a slice up to its capacity: what was cut off is still in memory.
func (s *seeker) list(path string, v reflect.Value) {
	if v.Kind() == reflect.Slice {
		if v.IsNil() || s.again(visit{v.Pointer(), v.Type(), v.Cap()}) {
			return
		}
		v = v.Slice(0, v.Cap())
	}
	switch v.Type().Elem().Kind() {
	case reflect.Uint8, reflect.Int32:
		var b strings.Builder
		for i := range v.Len() {
			if e := v.Index(i); e.CanInt() {
				b.WriteRune(rune(e.Int()))
			} else {
				b.WriteByte(byte(e.Uint()))
			}
		}
		s.text(path, b.String())
	case reflect.String, reflect.Interface, reflect.Pointer, reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		for i := range v.Len() {
			s.value(path+"[]", v.Index(i))
		}
	}
}
