package plain

import "encoding/json"

// Unescaped leaves HTML in strings as it is.
type Unescaped struct {
	String string `json:"s<&>"`
	Quoted string `json:",string"`
	Map    map[string]string
	Any    any
	Raw    json.RawMessage
	Color  Color
	Upper  Upper
	Inner  struct{ Points map[Point]Name }
	Deep   *Unescaped `json:"<deep>,omitempty"`
	Open   Pair[string, []any]
}
