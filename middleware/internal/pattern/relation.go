package pattern

import "fmt"

// relation compares two sets of requests.
type relation struct {
	apart bool // no request is in both
	more  bool // the first holds some that the second does not
	less  bool // the second holds some that the first does not
}

// and is the relation of two products of sets, given those of their factors.
func (r relation) and(s relation) relation {
	return relation{r.apart || s.apart, r.more || s.more, r.less || s.less}
}

// Conflict reports whether a request can match both patterns while neither takes precedence. A pattern with a host takes
// precedence over one without; else the one that matches fewer requests does.
func Conflict(p, q *Pattern) bool {
	if p.Host != q.Host {
		return false
	}
	r := methods(p.Method, q.Method).and(paths(p, q))
	return !r.apart && r.more == r.less
}

// Describe says why p and q conflict, for the one who registers them.
func Describe(p, q *Pattern) string {
	m, s := methods(p.Method, q.Method), paths(p, q)
	switch r := m.and(s); {
	case !r.more:
		return fmt.Sprintf("%s matches the same requests as %s", p, q)
	case s.more && s.less:
		return fmt.Sprintf("both match %q, and each matches paths that the other does not", common(p, q))
	case m.more:
		return fmt.Sprintf("%s matches more methods than %s, but fewer paths", p, q)
	}
	return fmt.Sprintf("%s matches fewer methods than %s, but more paths", p, q)
}

// methods: no method matches all of them, and GET matches HEAD too.
func methods(p, q string) relation {
	switch {
	case p == q:
		return relation{}
	case p == "" || p == "GET" && q == "HEAD":
		return relation{more: true}
	case q == "" || q == "GET" && p == "HEAD":
		return relation{less: true}
	}
	return relation{apart: true}
}

func paths(p, q *Pattern) (r relation) {
	a, b := p.Segments, q.Segments
	for len(a) > 0 && len(b) > 0 {
		r = r.and(segments(a[0], b[0]))
		a, b = a[1:], b[1:]
	}
	switch {
	case len(a) < len(b):
		r = r.and(relation{apart: !p.Multi, more: true})
	case len(a) > len(b):
		r = r.and(relation{apart: !q.Multi, less: true})
	}
	return r
}

func segments(s, t Segment) relation {
	if s.Kind == t.Kind {
		return relation{apart: s.Kind == Literal && s.Text != t.Text}
	}
	r := relation{more: s.Kind > t.Kind, less: s.Kind < t.Kind}
	r.apart = s.Kind == Single && t == slash || t.Kind == Single && s == slash
	return r
}

var slash = Segment{Literal, End}

// common returns a path that both match.
func common(p, q *Pattern) string {
	b := []byte(nil)
	for i := range max(len(p.Segments), len(q.Segments)) {
		s := narrower(p.Segments, q.Segments, i)
		b = append(b, '/')
		if s.Kind != Multi && s != slash {
			b = append(b, s.Text...)
		}
	}
	return string(b)
}

func narrower(a, b []Segment, i int) Segment {
	switch {
	case i >= len(a):
		return b[i]
	case i >= len(b) || a[i].Kind <= b[i].Kind:
		return a[i]
	}
	return b[i]
}
