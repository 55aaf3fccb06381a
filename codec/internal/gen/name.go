package gen

import (
	"go/types"
	"regexp"
	"strings"
)

// locals are the names that methods have for other things than types, and what
// TypeString writes that may not mean the same in another package.
var locals = regexp.MustCompile(`\b(v|d|dst|err|depth|old|wire|null|ok|(b|e|i|k|keys|l|member|n|o|ok|q|s|start|value)\d+|struct|interface)\b`)

// typeName returns t as the generated file can write it, which imports the runtime
// only. Where it cannot, a generic function of the runtime does the work.
func (w *writer) typeName(t types.Type) (name string, ok bool) {
	ok = true
	name = types.TypeString(t, func(p *types.Package) string {
		ok = ok && p == w.gen.pkg.types
		return ""
	})
	return name, ok && !locals.MatchString(name)
}

// make writes what gives the pointer x something to point at, if it is nil.
func (w *writer) make(x string, elem types.Type) {
	if name, ok := w.typeName(elem); ok {
		w.p("if %s == nil {\n%[1]s = new(%s)\n}\n", x, name)
		return
	}
	w.p("wire.New(%s)\n", address(x))
}

func (w *writer) makeMap(x string, m *types.Map) {
	if name, ok := w.typeName(m); ok {
		w.p("if %s == nil {\n%[1]s = make(%s)\n}\n", x, name)
		return
	}
	w.p("wire.MakeMap(%s)\n", address(x))
}

// firstBytes bounds the first array of a list.
const firstBytes = 512

// firstElems is how many elements a list has room for at first: one allocation in
// place of three for the short lists that most are.
func (w *writer) firstElems(elem types.Type) int {
	if mentionsParam(elem) {
		return 1
	}
	return int(max(1, min(4, firstBytes/(1+types.SizesFor("gc", "amd64").Sizeof(elem)))))
}

// pointer returns ref, a pointer to a t, as one to name, which is t's underlying type.
func pointer(name, ref string, t types.Type) string {
	if _, ok := types.Unalias(t).(*types.Named); !ok {
		return ref
	}
	return "(*" + name + ")(" + ref + ")"
}

// scalars names the runtime's method for a list or map of scalars of no type of
// their own, if it has one, and the type that it takes.
func scalars(t types.Type, k kind) (method, name string) {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		if b, ok := types.Unalias(u.Elem()).(*types.Basic); ok && k == kSlice {
			switch b.Kind() {
			case types.String, types.Int, types.Int64, types.Float64:
				return strings.ToUpper(b.Name()[:1]) + b.Name()[1:] + "s", "[]" + b.Name()
			}
		}
	case *types.Map:
		if k == kMap && types.Unalias(u.Key()) == types.Typ[types.String] && types.Unalias(u.Elem()) == types.Typ[types.String] {
			return "StringMap", "map[string]string"
		}
	}
	return "", ""
}
