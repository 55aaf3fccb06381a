package router

import (
	"slices"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// twig is a node of a compressed radix tree over canonical paths while it grows; a tree is made of it when the table is
// complete. What is below it matches what is left of a path after prefix. Children differ in their first byte.
type twig struct {
	prefix string
	kids   []*twig
	end    int // 1 + the index of the route that ends here
	// The following are set only where a segment starts, that is, behind a slash.
	wild  *twig // what follows a segment taken by a single wildcard
	multi int   // 1 + the index of the route whose multi wildcard starts here
}

func (t *twig) insert(p *pattern.Pattern, route int) {
	var lit []byte
	for i, s := range p.Segments {
		lit = append(lit, '/')
		if s.Kind == pattern.Literal {
			lit = appendSegment(lit, s.Text, i == len(p.Segments)-1)
			continue
		}
		t = t.descend(string(lit))
		lit = lit[:0]
		if s.Kind == pattern.Multi {
			t.multi = route + 1
			return
		}
		if t.wild == nil {
			t.wild = new(twig)
		}
		t = t.wild
	}
	t.descend(string(lit)).end = route + 1
}

// descend returns the twig at which text, from behind t, ends, and makes it if needed.
func (t *twig) descend(text string) *twig {
	for text != "" {
		i := slices.IndexFunc(t.kids, func(k *twig) bool { return k.prefix[0] == text[0] })
		if i < 0 {
			t.kids = append(t.kids, &twig{prefix: text})
			return t.kids[len(t.kids)-1]
		}
		t = t.kids[i]
		same := commonPrefix(t.prefix, text)
		if same < len(t.prefix) {
			t.split(same)
		}
		text = text[same:]
	}
	return t
}

// split makes t the twig of the first at bytes of its prefix, and puts what t was below it.
func (t *twig) split(at int) {
	below := *t
	below.prefix = t.prefix[at:]
	*t = twig{prefix: t.prefix[:at], kids: []*twig{&below}}
}

func commonPrefix(a, b string) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

// fit makes t one that a node can hold: a prefix of eight bytes at most, the rest below it.
func (t *twig) fit() {
	// A wildcard is often followed by nothing but a slash.
	if t.prefix == "" && len(t.kids) == 1 && t.end == 0 && t.wild == nil && t.multi == 0 {
		*t = *t.kids[0]
	}
	if len(t.prefix) > headSize {
		t.split(headSize)
	}
}
