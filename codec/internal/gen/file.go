package gen

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
)

// file writes the whole output.
func (g *generator) file() ([]byte, error) {
	var types_, bodies strings.Builder
	var errs []error
	for _, t := range g.sorted() {
		w := newWriter(g, t)
		w.methods(t)
		if len(w.errs) > 0 && t.pulled {
			t.leftAlone = true
			g.note(t, w.errs[0])
			continue
		}
		errs = append(errs, w.errs...)
		if t.named.TypeParams().Len() == 0 {
			fmt.Fprintf(&types_, "_ wire.Appender = (*%[1]s)(nil)\n_ wire.Decodable = (*%[1]s)(nil)\n", w.name)
		}
		bodies.WriteString(w.out.String())
		bodies.WriteString(w.tables.String())
	}
	if len(errs) > 0 {
		return nil, joinErrors(errs)
	}
	src := header + "\n\n" + buildLine(g.constraint()) + "package " + g.pkg.types.Name() + "\n\n" +
		"import \"" + runtimePath + "\"\n\n" +
		"// A runtime that cannot serve this file does not have this constant.\n" +
		"const _ = wire.GeneratedVersion3\n\n" + vars(types_.String()) + bodies.String()
	out, err := g.pkg.formatted(src)
	if err != nil {
		return nil, fmt.Errorf("codecgen: internal error: %w in\n%s", err, src)
	}
	return out, g.pkg.checkPredeclared(out)
}

func vars(lines string) string {
	if lines == "" {
		return ""
	}
	return "var (\n" + lines + ")\n"
}

// note explains why an embedding struct was left alone. encoding/json could not
// handle most of what makes us give up on it, but its author should know.
func (g *generator) note(t *target, err error) {
	g.notes = append(g.notes, fmt.Sprintf("%s: %s embeds a type with generated methods, which become its JSON, and gets none of its own: %v",
		g.pkg.fset.Position(t.named.Obj().Pos()), t.named.Obj().Name(), err))
}

// methods writes the methods of one type.
func (w *writer) methods(t *target) {
	for p := range t.named.TypeParams().TypeParams() {
		if n := p.Obj().Name(); locals.MatchString(n) || slices.Contains(predeclared, n) {
			w.fail("generated code uses the name of the type parameter %s for something else: rename it", n)
		}
	}
	name := w.recv
	x := "v"
	if underlyingKind(t.named) != kStruct {
		x = "(*v)"
	}
	if t.depth {
		w.p("\n// AppendJSON appends v as %s would marshal it.\nfunc (v *%s) AppendJSON(dst []byte) ([]byte, error) {\nreturn v.AppendJSONDepth(dst, 0)\n}\n", w.gen.rules(), name)
		w.p("\n// AppendJSONDepth is AppendJSON at a depth: a %s may contain itself.\nfunc (v *%[1]s) AppendJSONDepth(dst []byte, depth int) (_ []byte, err error) {\n", name)
		w.depth = true
	} else {
		w.p("\n// AppendJSON appends v as %s would marshal it.\nfunc (v *%s) AppendJSON(dst []byte) (_ []byte, err error) {\n", w.gen.rules(), name)
	}
	w.p("if v == nil {\nreturn wire.AppendNull(dst), nil\n}\n")
	if t.depth {
		w.p("if depth > wire.MaxAppendDepth {\nreturn dst, wire.ErrDepth\n}\n")
	}
	kind := w.gen.underlyingKind(t.named)
	w.encodeAs(x, t.named.Underlying(), kind, false)
	w.p("return dst, nil\n}\n")

	w.p("\n// DecodeJSON decodes into v as %s would.\nfunc (v *%s) DecodeJSON(d *wire.Decoder) {\n", w.gen.rules(), name)
	if w.gen.v2 {
		w.p("old := d.BeginV2()\n")
	}
	w.decodeAs(underlying(x, t.named, kind), t.named.Underlying(), kind)
	if w.gen.v2 {
		w.p("d.EndV2(old)\n")
	}
	w.p("}\n")

	if hasLock(t.named, map[string]bool{}) {
		w.p("\n// MarshalJSON implements json.Marshaler.\nfunc (v *%s) MarshalJSON() ([]byte, error) {\nreturn wire.Marshal(v)\n}\n", name)
	} else {
		w.p("\n// MarshalJSON implements json.Marshaler.\nfunc (v %s) MarshalJSON() ([]byte, error) {\nreturn wire.Marshal(&v)\n}\n", name)
	}
	w.p("\n// UnmarshalJSON implements json.Unmarshaler.\nfunc (v *%s) UnmarshalJSON(data []byte) error {\nreturn wire.Decode(data, v)\n}\n", name)
}

// underlying returns x as a value of n's underlying type where the runtime has a method
// for that: it takes a pointer to nothing else.
func underlying(x string, n *types.Named, k kind) string {
	_, name := scalars(n.Underlying(), k)
	if b, ok := n.Underlying().(*types.Basic); ok {
		name = b.Name()
	}
	if name == "" {
		return x
	}
	return "(*(*" + name + ")(v))"
}

// rules names the package whose rules are followed.
func (g *generator) rules() string {
	if g.v2 {
		return "encoding/json/v2"
	}
	return "encoding/json"
}

// hasLock reports whether vet would object to copying a t.
func hasLock(t types.Type, seen map[string]bool) bool {
	if seen[qualified(t)] {
		return false
	}
	seen[qualified(t)] = true
	if _, ok := types.Unalias(t).(*types.Named); ok && methodOf(t, "Lock") != nil && methodOf(t, "Unlock") != nil && onPointer(t, "Lock") {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return hasLock(u.Elem(), seen)
	case *types.Struct:
		for v := range u.Fields() {
			if hasLock(v.Type(), seen) {
				return true
			}
		}
	}
	return false
}
