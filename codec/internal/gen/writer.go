package gen

import (
	"fmt"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/hotpath-go/hotpath/codec/internal/fold"
)

// writer writes the methods of one type.
type writer struct {
	gen    *generator
	name   string
	recv   string // name with its type parameters
	out    strings.Builder
	tables strings.Builder

	depth    bool      // AppendJSONDepth is being written
	quote    bool      // v2's string option is in force
	pos      token.Pos // the field being written
	locals   int
	tableNo  int
	inlining map[string]bool // named types being written in place
	errs     []error
	failed   map[token.Pos]bool
}

func newWriter(g *generator, t *target) *writer {
	obj := t.named.Obj()
	return &writer{gen: g, name: obj.Name(), recv: obj.Name() + params(t.named), pos: obj.Pos(), inlining: map[string]bool{}, failed: map[token.Pos]bool{}}
}

// params returns the type parameters of n as a receiver names them.
func params(n *types.Named) string {
	if n.TypeParams().Len() == 0 {
		return ""
	}
	var names []string
	for p := range n.TypeParams().TypeParams() {
		names = append(names, p.Obj().Name())
	}
	return "[" + strings.Join(names, ", ") + "]"
}

// fn names a function of the runtime that writes text, in the variant asked for.
func (w *writer) fn(name string) string {
	switch {
	case w.gen.v2:
		return "wire." + name + "V2"
	case w.gen.noHTML:
		return "wire." + name + "NoHTML"
	}
	return "wire." + name
}

func (w *writer) p(format string, args ...any) {
	fmt.Fprintf(&w.out, format, args...)
}

// fail reports the field being written, once for both directions.
func (w *writer) fail(format string, args ...any) {
	if !w.failed[w.pos] {
		w.failed[w.pos] = true
		w.errs = append(w.errs, w.gen.pkg.errorf(w.pos, format, args...))
	}
}

// local returns a number for a new set of local variables.
func (w *writer) local() int {
	w.locals++
	return w.locals
}

// inline writes something for a type without methods of its own, unless it is
// already inside of it.
func (w *writer) inline(t types.Type, write func()) {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok {
		write()
		return
	}
	key := qualified(n)
	if w.inlining[key] {
		w.fail("%s contains itself and has no generated methods: mark it %s", key, mark)
		return
	}
	w.inlining[key] = true
	write()
	delete(w.inlining, key)
}

// structFields lists the fields of a struct and makes sure we can reach them.
func (w *writer) structFields(t types.Type) []field {
	fields, err := w.gen.pkg.fields(t)
	if err != nil {
		w.errs = append(w.errs, err)
	}
	for _, f := range fields {
		for _, s := range f.steps {
			if s.private && s.pkg != w.gen.pkg.types {
				w.pos = f.pos
				w.fail("field %s of %s is promoted from an unexported struct of another package", f.goName, t)
			}
		}
	}
	return fields
}

// access returns the expression for a field, and those for the embedded
// pointers on the way to it.
func access(x string, f field) (expr string, pointers []pointerStep) {
	expr = x
	for _, s := range f.steps {
		expr += "." + s.goName
		if s.pointer {
			pointers = append(pointers, pointerStep{expr, s})
		}
	}
	return expr + "." + f.goName, pointers
}

type pointerStep struct {
	expr string
	embedding
}

// table writes the field table of a struct and returns its name.
func (w *writer) table(fields []field) string {
	name := "codecFieldsOf" + w.name
	if w.tableNo++; w.tableNo > 1 {
		// The number stands where no type's name can: T2 has a table, too.
		name = "codecFields" + strconv.Itoa(w.tableNo) + "Of" + w.name
	}
	fmt.Fprintf(&w.tables, "\nvar %s = []wire.Field{\n", name)
	for _, f := range fields {
		if w.gen.v2 {
			fmt.Fprintf(&w.tables, "{Key: %s},\n", literal(`"`+f.name+`":`))
			continue
		}
		fmt.Fprintf(&w.tables, "{Key: %s, Fold: %q},\n", literal(`"`+f.name+`":`), fold.Append(nil, []byte(f.name)))
	}
	w.tables.WriteString("}\n")
	return name
}

// literal quotes s for Go, with backquotes if it can.
func literal(s string) string {
	if strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// address returns &x without needless stars.
func address(x string) string {
	if strings.HasPrefix(x, "(*") && closing(x) == len(x)-1 {
		inner := x[2 : len(x)-1]
		if strings.HasPrefix(inner, "(") && closing(inner) == len(inner)-1 {
			inner = inner[1 : len(inner)-1]
		}
		return inner
	}
	return "&" + x
}

// closing returns the index of the parenthesis that closes the first one.
func closing(x string) int {
	open := 0
	for i, c := range x {
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return i
			}
		}
	}
	return -1
}

// selector returns x as it is written before a dot: a pointer needs no star there.
func selector(x string) string {
	a := address(x)
	switch {
	case a == "&"+x:
		return x
	case strings.HasPrefix(a, "*"):
		return "(" + a + ")"
	}
	return a
}
