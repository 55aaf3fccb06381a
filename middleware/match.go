package middleware

import (
	"net/http"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// A Match is a value, and safe for concurrent use. It is what a router found: a pattern, and the escaped path it matches.
type Match struct {
	pattern *pattern.Pattern
	path    string
}

// NewMatch is for this module's routers. The pattern must match the path.
func NewMatch(p *pattern.Pattern, path string) Match { return Match{p, path} }

// SetMatch stores what a router found, before the handler is called.
func (r *Record) SetMatch(m Match) { r.match = m }

// Match returns what SetMatch stored, the zero Match if nothing.
func (r *Record) Match() Match { return r.match }

// Pattern returns the pattern's text, "" if there was no match.
func (m Match) Pattern() string {
	if m.pattern == nil {
		return ""
	}
	return m.pattern.Text
}

// Value returns what the wildcard called name took of the path, unescaped; "" if the pattern has no such wildcard.
func (m Match) Value(name string) string {
	if m.pattern == nil {
		return ""
	}
	for i := range m.pattern.Wilds {
		// Names are not empty, and mostly differ in their length or first byte.
		if w := &m.pattern.Wilds[i]; len(w.Name) == len(name) && w.Name[0] == name[0] && w.Name == name {
			return m.pattern.Value(w, m.path)
		}
	}
	return ""
}

// MatchOf returns the match of the innermost router on the way to w, through any writer that has Unwrap.
func MatchOf(w http.ResponseWriter) Match {
	for r := RecordOf(w); r != nil; r = r.further() {
		if r.match.pattern != nil {
			return r.match
		}
	}
	return Match{}
}
