package zerocopy

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"sync"
	"text/template/parse"
	"unsafe"
)

// A Template is safe for concurrent use. It renders pages of an
// [html/template.Template] as a [Body]: a text of more than 2 KiB between the
// actions stays where the parser put it, and header, texts and values leave in
// one call. Escaping is html/template's, all of it.
type Template struct {
	t     *template.Template
	fixed []span // sorted, without overlap
	pages sync.Pool
}

// A span is the range of addresses of one text. The parse tree keeps the
// memory alive, and the garbage collector does not move what is on the heap.
type span struct{ start, end uintptr }

// NewTemplate compiles t, with the templates it calls. It is escaped now, so
// that no more can be parsed into t; an escaping error is found here and not
// at the first page. No function of the template is called for it.
func NewTemplate(t *template.Template) (*Template, error) {
	if err := escape(t); err != nil {
		return nil, err
	}
	tpl := &Template{t: t}
	tpl.pages.New = func() any { return &page{tpl: tpl} }
	for _, one := range t.Templates() {
		if one.Tree != nil && one.Tree.Root != nil {
			tpl.collect(one.Tree.Root)
		}
	}
	slices.SortFunc(tpl.fixed, func(a, b span) int {
		if a.start < b.start {
			return -1
		}
		return 1
	})
	return tpl, nil
}

// escape makes html/template escape t without executing it: it escapes what a
// template calls even where the call can never be reached. Errors of escaping
// are *template.Error.
func escape(t *template.Template) error {
	const probe = "hotpath/zerocopy: escape"
	if t.Tree == nil {
		return errors.New("zerocopy: NewTemplate of a template without a body: parse it first")
	}
	// Not by t.Parse: t may have other delimiters.
	trees, err := parse.Parse(probe, fmt.Sprintf("{{if false}}{{template %q .}}{{end}}", t.Name()), "", "")
	if err != nil {
		return err
	}
	if _, err := t.AddParseTree(probe, trees[probe]); err != nil {
		// It was executed before, so it is escaped already.
		return nil
	}
	err = t.ExecuteTemplate(io.Discard, probe, nil)
	if _, escaping := errors.AsType[*template.Error](err); escaping {
		return err
	}
	return nil
}

// collect notes every text below n that is worth a segment of its own.
func (t *Template) collect(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, in := range n.Nodes {
				t.collect(in)
			}
		}
	case *parse.TextNode:
		if len(n.Text) >= fixedMin {
			// As numbers only: see span.
			at := uintptr(unsafe.Pointer(unsafe.SliceData(n.Text)))
			t.fixed = append(t.fixed, span{at, at + uintptr(len(n.Text))})
		}
	case *parse.IfNode:
		t.collect(n.List)
		t.collect(n.ElseList)
	case *parse.RangeNode:
		t.collect(n.List)
		t.collect(n.ElseList)
	case *parse.WithNode:
		t.collect(n.List)
		t.collect(n.ElseList)
	}
}

// fixedMin is the length below which a text is copied, as NewBody copies short
// parts.
const fixedMin = joinMax + 1

func (t *Template) isFixed(p []byte) bool {
	if len(p) < fixedMin {
		return false
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(p)))
	i, found := slices.BinarySearchFunc(t.fixed, at, func(s span, at uintptr) int {
		switch {
		case at < s.start:
			return 1
		case at >= s.end:
			return -1
		}
		return 0
	})
	return found && at+uintptr(len(p)) <= t.fixed[i].end
}

// Render executes the template. The Body may be kept and sent any number of times.
func (t *Template) Render(data any) (*Body, error) {
	p := &page{tpl: t}
	if err := t.t.Execute(p, data); err != nil {
		return nil, err
	}
	b := &Body{}
	p.body(b)
	return b.finish(), nil
}

// Reply renders the page and answers r with it. After an error of the template
// nothing has been written, so an error page can still be.
func (t *Template) Reply(w http.ResponseWriter, r *http.Request, data any) (int64, error) {
	// The page's memory is used again after reply: neither an io.Writer nor an
	// io.ReaderFrom may keep what it was given.
	if _, later := w.(BodyWriter); later {
		return t.replyLater(w, r, data)
	}
	p := t.pages.Get().(*page)
	defer p.put()
	if err := t.t.Execute(p, data); err != nil {
		return 0, err
	}
	b := &Body{}
	p.body(b)
	isHTML(w.Header())
	return reply(w, r, b.finish())
}

func (t *Template) replyLater(w http.ResponseWriter, r *http.Request, data any) (int64, error) {
	b, err := t.Render(data)
	if err != nil {
		return 0, err
	}
	isHTML(w.Header())
	return reply(w, r, b)
}

func isHTML(h http.Header) {
	if _, set := h["Content-Type"]; !set && first(h, "Content-Encoding") == "" {
		h["Content-Type"] = htmlType
	}
}

var htmlType = []string{"text/html; charset=utf-8"}

// A page collects what the template writes. It is one goroutine's.
type page struct {
	tpl    *Template
	values []byte // all that is not fixed, in order
	pieces []piece
}

// A piece is a fixed text, or the values up to an offset: values may move
// while it grows, so no slice of it is taken before the end.
type piece struct {
	fixed []byte
	end   int
}

func (p *page) Write(b []byte) (int, error) {
	if p.tpl.isFixed(b) {
		p.pieces = append(p.pieces, piece{b, len(p.values)})
		return len(b), nil
	}
	p.values = append(p.values, b...)
	return len(b), nil
}

// WriteString saves the executor a conversion.
func (p *page) WriteString(s string) (int, error) {
	p.values = append(p.values, s...)
	return len(s), nil
}

// body makes the segments, which refer to p's memory.
func (p *page) body(b *Body) {
	from := 0
	for _, q := range p.pieces {
		memory(p.values[from:q.end]).addTo(b)
		memory(q.fixed).addTo(b)
		from = q.end
	}
	memory(p.values[from:]).addTo(b)
}

func memory(p []byte) segment { return segment{mem: p, n: int64(len(p))} }

// maxPage bounds what a page keeps for the next one.
const maxPage = 64 << 10

func (p *page) put() {
	clear(p.pieces)
	p.values, p.pieces = p.values[:0], p.pieces[:0]
	if cap(p.values) <= maxPage {
		p.tpl.pages.Put(p)
	}
}
