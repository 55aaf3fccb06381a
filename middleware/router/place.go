package router

import "github.com/hotpath-go/hotpath/middleware/internal/pattern"

// place is a node of a tree of patterns, one level a segment, in which a new pattern meets only those that match a path it
// matches too.
type place struct {
	literals map[string]*place
	single   *place
	ending   []*pattern.Pattern // end here, one for each method
	multis   []*pattern.Pattern // take all from here
}

func (n *place) add(p *pattern.Pattern) {
	for _, s := range p.Segments {
		switch s.Kind {
		case pattern.Multi:
			n.multis = append(n.multis, p)
			return
		case pattern.Single:
			if n.single == nil {
				n.single = new(place)
			}
			n = n.single
		case pattern.Literal:
			if n.literals == nil {
				n.literals = map[string]*place{}
			}
			if n.literals[s.Text] == nil {
				n.literals[s.Text] = new(place)
			}
			n = n.literals[s.Text]
		}
	}
	n.ending = append(n.ending, p)
}

// conflict returns a pattern that conflicts with p, nil if there is none.
func (n *place) conflict(p *pattern.Pattern) *pattern.Pattern {
	return n.meet(p, p.Segments)
}

func (n *place) meet(p *pattern.Pattern, rest []pattern.Segment) *pattern.Pattern {
	if n == nil {
		return nil
	}
	if len(rest) == 0 {
		return first(p, n.ending)
	}
	if q := first(p, n.multis); q != nil {
		return q
	}
	switch s := rest[0]; s.Kind {
	case pattern.Literal:
		if q := n.literals[s.Text].meet(p, rest[1:]); q != nil {
			return q
		}
		return n.single.meet(p, rest[1:])
	case pattern.Single:
		return n.below(func(m *place) *pattern.Pattern { return m.meet(p, rest[1:]) })
	default:
		return n.below(func(m *place) *pattern.Pattern { return m.anywhere(p) })
	}
}

// anywhere: p takes whatever stands here and below.
func (n *place) anywhere(p *pattern.Pattern) *pattern.Pattern {
	if q := first(p, n.ending); q != nil {
		return q
	}
	if q := first(p, n.multis); q != nil {
		return q
	}
	return n.below(func(m *place) *pattern.Pattern { return m.anywhere(p) })
}

func (n *place) below(f func(*place) *pattern.Pattern) *pattern.Pattern {
	for _, m := range n.literals {
		if q := f(m); q != nil {
			return q
		}
	}
	if n.single != nil {
		return f(n.single)
	}
	return nil
}

func first(p *pattern.Pattern, among []*pattern.Pattern) *pattern.Pattern {
	for _, q := range among {
		if pattern.Conflict(p, q) {
			return q
		}
	}
	return nil
}
