package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"lethe/engine/quantity"
)

// Causes that [Decode] gives, for use with errors.Is.
var (
	ErrUnknownKey = errors.New("unknown key")
	ErrType       = errors.New("wrong type of value")
)

var bytesType = reflect.TypeFor[quantity.Bytes]()

// checkShape compares decoded TOML with the types in this package: keys, spelled exactly, and kinds of
// values. The TOML library alone would ignore case, take any number for a size, and answer in Go's words.
func checkShape(raw map[string]any, lines keyLines) error {
	s := shape{lines: lines}
	s.table("", raw, reflect.TypeFor[Config]())
	return joinByLine(s.found)
}

// shape gathers what does not fit.
type shape struct {
	lines keyLines
	found []Problem
}

func (s *shape) add(key, value string, cause error, next string) {
	s.found = append(s.found, Problem{Key: key, Line: s.lines.at(key), Value: value, Cause: cause, Next: next})
}

// table checks the keys of one table against the fields of one struct.
func (s *shape) table(name string, table map[string]any, t reflect.Type) {
	for key, value := range table {
		full := dotted(name, key)
		if field, ok := fieldOf(t, key); ok {
			s.value(full, value, field.Type)
			continue
		}
		s.add(full, "", ErrUnknownKey, suggestion(t, name, key))
	}
}

// value checks one value against the type of its field.
func (s *shape) value(name string, value any, t reflect.Type) {
	switch {
	case t == bytesType:
		s.size(name, value)
	case t.Kind() == reflect.Slice:
		s.list(name, value, t.Elem())
	case t.Kind() == reflect.Struct:
		if table, ok := value.(map[string]any); ok {
			s.table(name, table, t)
			return
		}
		s.mismatch(name, value, "a table", fmt.Sprintf("write [%s] on a line of its own, and its keys below", name))
	case t.Kind() == reflect.String:
		if _, ok := value.(string); !ok {
			s.mismatch(name, value, "text", "put the value in quotes")
		}
	case t.Kind() == reflect.Bool:
		if _, ok := value.(bool); !ok {
			s.mismatch(name, value, "true or false", "write true or false, without quotes")
		}
	case t.Kind() == reflect.Int:
		if _, ok := value.(int64); !ok {
			s.mismatch(name, value, "a whole number", "write it without quotes and without a point")
		}
	}
}

// list checks an array, or a row of [[tables]].
func (s *shape) list(name string, value any, elem reflect.Type) {
	items := reflect.ValueOf(value)
	if items.Kind() != reflect.Slice {
		next := "put it in square brackets"
		if elem.Kind() == reflect.Struct {
			next = fmt.Sprintf("write [[%s]] once for each", name)
		}
		s.mismatch(name, value, "a list", next)
		return
	}
	for i := range items.Len() {
		s.value(name+"["+strconv.Itoa(i)+"]", items.Index(i).Interface(), elem)
	}
}

// size checks a size, which is text with a unit and nothing else.
func (s *shape) size(name string, value any) {
	const next = `write text with a unit, such as "1GiB"`
	text, ok := value.(string)
	if !ok {
		s.mismatch(name, value, "a size", next)
		return
	}
	if _, err := quantity.ParseBytes(text); err != nil {
		s.add(name, "", err, "")
	}
}

func (s *shape) mismatch(name string, value any, want, next string) {
	s.add(name, "", fmt.Errorf("%w: this is %s where %s belongs", ErrType, kindName(value), want), next)
}

// kindName says in TOML's words what a value is; numbers are shown, text is not.
func kindName(value any) string {
	switch v := value.(type) {
	case string:
		return "text"
	case int64:
		return fmt.Sprintf("the integer %d", v)
	case float64:
		return fmt.Sprintf("the number %v", v)
	case bool:
		return fmt.Sprintf("the boolean %t", v)
	case time.Time:
		return "a date or time"
	case map[string]any:
		return "a table"
	}
	return "a list"
}

// tomlName is the key of a field: its tag without the options for the encoder.
func tomlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	return name
}

// fieldOf finds the field with a TOML name, spelled exactly.
func fieldOf(t reflect.Type, key string) (reflect.StructField, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if tomlName(f) == key {
			return f, true
		}
	}
	return reflect.StructField{}, false
}
