package middleware

import (
	"fmt"
	"net/http"
	"slices"
)

// A Piece must be safe for concurrent use by several requests; one request calls it from one goroutine. It is a middleware as two
// calls around the handler, which is what allows a Stack to run many in one pass.
type Piece interface {
	// Enter runs before the handler, the outermost piece first. If it returns false it has answered itself: neither the inner
	// pieces nor the handler run, and this piece's Leave does not either.
	Enter(x *Exchange) bool
	// Leave runs afterwards, the innermost piece first, for every piece whose Enter returned true, whatever happens: also when
	// the handler or an inner piece panicked. It must not keep x.
	Leave(x *Exchange)
}

// A Stack is safe for concurrent use as long as nobody changes it. It is an ordered list of pieces, the outermost first, that run in
// one pass: one writer, one deferred call and one pooled state for all.
type Stack []Piece

// Then puts the stack around h. Stacks that meet become one pass, also those that stand side by side in a Chain.
func (s Stack) Then(h http.Handler) http.Handler {
	if h == nil {
		panic("middleware: Stack.Then(nil): pass the handler to wrap, for example http.NotFoundHandler()")
	}
	for i, p := range s {
		if p == nil {
			panic(fmt.Sprintf("middleware: Stack[%d] is nil: remove it or call the constructor that makes it", i))
		}
	}
	if inner, ok := h.(*pass); ok {
		return &pass{slices.Concat(s, inner.pieces), inner.next}
	}
	return &pass{slices.Clone(s), h}
}

// Middleware is Then as a value for a Chain or a router.
func (s Stack) Middleware(h http.Handler) http.Handler { return s.Then(h) }

type pass struct {
	pieces []Piece
	next   http.Handler
}

func (p *pass) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchanges.Get().(*Exchange)
	x.begin(w, r)
	defer p.finish(x)
	if p.enter(x) {
		p.next.ServeHTTP(x.Writer, x.Request)
	}
	x.Returned = true
	p.leave(x)
}

func (p *pass) enter(x *Exchange) bool {
	for i, piece := range p.pieces {
		if !piece.Enter(x) {
			return false
		}
		x.depth = i + 1
	}
	return true
}

func (p *pass) leave(x *Exchange) {
	for x.depth > 0 {
		x.depth--
		p.pieces[x.depth].Leave(x)
	}
	x.depth = left
}

// left is depth's value once the loop in leave ended by itself.
const left = -1

// finish must be the deferred function itself: recover works nowhere deeper. It panics on while the handler's frames are
// still on the stack, so that whoever prints the stack further out prints the place of the panic.
func (p *pass) finish(x *Exchange) {
	if x.depth != left {
		x.Panic, x.Returned = recover(), false // nil after runtime.Goexit
		p.rescue(x)
	}
	v := x.Panic
	x.release()
	if v != nil {
		panic(v)
	}
}

// rescue lets the pieces further out leave after a panic, also after one of a Leave, which takes the place of the first.
func (p *pass) rescue(x *Exchange) {
	defer func() {
		if x.depth != left {
			x.Panic, x.Returned = recover(), false
			p.rescue(x)
		}
	}()
	p.leave(x)
}
