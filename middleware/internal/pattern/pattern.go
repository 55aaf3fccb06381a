// Package pattern knows the patterns of http.ServeMux: what they are, which requests they match, and which two conflict.
package pattern

import (
	"net/url"
	"strings"
)

// Pattern is a parsed pattern. It is never changed after Parse.
type Pattern struct {
	Text string
	// Wilds are the named wildcards, in order.
	Wilds []Wild
	// Multi says that the last segment takes all that is left.
	Multi        bool
	Segments     []Segment
	Method, Host string
}

// Kind says what a segment matches.
type Kind uint8

const (
	Literal Kind = iota // one segment with that unescaped text; "/" is a trailing slash, as {$} asks for
	Single              // any one segment but a trailing slash
	Multi               // everything that is left; it has no name if the pattern ends in a slash
)

// Segment is a piece of a pattern's path between slashes.
type Segment struct {
	Kind Kind
	Text string // what a Literal matches, a wildcard's name
}

// End is the text of the literal segment that {$} stands for.
const End = "/"

// Wild is a named wildcard, the index of its segment, and how many segments come after it.
type Wild struct {
	Name           string
	Segment, After int
	Multi          bool
}

func (p *Pattern) String() string { return p.Text }

// Unescape returns s with its percent escapes decoded, and s itself if one of them is wrong.
func Unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	u, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return u
}

// Exact reports whether p, which matches path, matches it without a multi wildcard that takes text. See net/http's
// exactMatch: such a match does not give way to a redirect.
func (p *Pattern) Exact(path string) bool {
	if !p.Multi {
		return true
	}
	return strings.HasSuffix(path, "/") && len(p.Segments) == strings.Count(path, "/")
}

// Value returns what w took of path, which p matches. Segments correspond one to one, so counting slashes is enough, from
// whichever end is nearer.
func (p *Pattern) Value(w *Wild, path string) string {
	if w.Multi {
		return Unescape(path[forward(path, w.Segment):])
	}
	after := w.After
	if p.Multi || w.Segment < after {
		path = path[forward(path, w.Segment):]
		return Unescape(path[:before(path)])
	}
	end := len(path)
	for {
		start := strings.LastIndexByte(path[:end], '/') + 1
		if after == 0 {
			return Unescape(path[start:end])
		}
		end, after = max(start-1, 0), after-1
	}
}

// forward returns where segment n of path starts.
func forward(path string, n int) int {
	for i := range len(path) {
		if path[i] == '/' {
			if n == 0 {
				return i + 1
			}
			n--
		}
	}
	return len(path)
}

// before returns the length of path up to its next slash. Segments are short: a loop beats a call.
func before(path string) int {
	for i := range len(path) {
		if path[i] == '/' {
			return i
		}
	}
	return len(path)
}
