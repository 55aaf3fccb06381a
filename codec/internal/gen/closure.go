package gen

import (
	"go/types"
	"maps"
	"slices"
)

// generator holds what is to be written for one package.
type generator struct {
	pkg     *source
	methods map[string]*target
	queue   []*target
	notes   []string
	noHTML  bool
	v2      bool
}

// target is a type that gets methods.
type target struct {
	named *types.Named
	// depth says that a value may contain itself, so that encoding counts levels.
	depth bool
	// pulled says that nobody asked for it: it embeds a type that gets methods.
	pulled bool
	// leftAlone says that a pulled type could not be handled.
	leftAlone bool

	edges map[string]bool // the generated types it contains
	any   bool            // it contains an interface
}

func (g *generator) add(n *types.Named) *target {
	name := n.Obj().Name()
	if g.methods[name] == nil {
		t := &target{named: n, edges: map[string]bool{}}
		g.methods[name] = t
		g.queue = append(g.queue, t)
	}
	return g.methods[name]
}

// closure adds the structs of the package that the wanted types contain, and
// those that embed a wanted type: its methods would be promoted into them, and
// encoding/json would print the embedded part for the whole.
func (g *generator) closure() {
	for {
		for len(g.queue) > 0 {
			t := g.queue[0]
			g.queue = g.queue[1:]
			g.walk(t, t.named.Underlying(), map[string]bool{})
		}
		n := g.embedder()
		if n == nil {
			return
		}
		g.add(n).pulled = true
	}
}

// embedder returns a struct that embeds a wanted type and is none itself.
func (g *generator) embedder() *types.Named {
	scope := g.pkg.types.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() || g.methods[name] != nil {
			continue
		}
		n, ok := tn.Type().(*types.Named)
		if ok && g.embeds(n) && g.canHaveMethods(n) {
			return n
		}
	}
	return nil
}

func (g *generator) embeds(n *types.Named) bool {
	st, ok := n.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for v := range st.Fields() {
		t := types.Unalias(v.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		if e, ok := t.(*types.Named); v.Embedded() && ok && e.Obj().Pkg() == g.pkg.types && g.methods[e.Obj().Name()] != nil {
			return true
		}
	}
	return false
}

// canHaveMethods reports whether generated methods may be added to n without
// being asked for.
func (g *generator) canHaveMethods(n *types.Named) bool {
	if n.Obj().Pkg() != g.pkg.types || n.TypeArgs().Len() > 0 {
		return false
	}
	// A type declared inside a function cannot have methods.
	if n.Obj().Parent() != g.pkg.types.Scope() || g.pkg.elsewhere[n.Obj().Name()] {
		return false
	}
	for _, m := range methodNames {
		if methodOf(n, m) != nil {
			return false
		}
	}
	_, isStruct := n.Underlying().(*types.Struct)
	return isStruct && fieldLikeMethod(n) == nil
}

// methodNames are the methods that a type must not have already.
var methodNames = []string{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "AppendJSON", "DecodeJSON"}

// fieldLikeMethod returns a field of n that has the name of a generated method.
func fieldLikeMethod(n *types.Named) *types.Var {
	st, ok := n.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	for v := range st.Fields() {
		switch v.Name() {
		case "MarshalJSON", "UnmarshalJSON", "AppendJSON", "AppendJSONDepth", "DecodeJSON":
			return v
		}
	}
	return nil
}

// walk visits what a value of type t is made of, up to types with own methods.
func (g *generator) walk(from *target, t types.Type, seen map[string]bool) {
	t = types.Unalias(t)
	if n, ok := t.(*types.Named); ok {
		if n.TypeParams().Len() == 0 && g.canHaveMethods(n) {
			g.add(n)
		}
		if target := g.methods[n.Obj().Name()]; target != nil && n.Obj().Pkg() == g.pkg.types {
			from.edges[n.Obj().Name()] = true
			target.pulled = target.pulled && from.pulled
			return
		}
		if g.takesDepth(n) {
			from.any = true
		}
		if seen[qualified(n)] {
			return
		}
		seen[qualified(n)] = true
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		g.walkStruct(from, t, seen)
	case *types.Slice:
		g.walk(from, u.Elem(), seen)
	case *types.Array:
		g.walk(from, u.Elem(), seen)
	case *types.Pointer:
		g.walk(from, u.Elem(), seen)
	case *types.Map:
		g.walk(from, u.Elem(), seen)
	case *types.Interface:
		from.any = true
	}
}

func (g *generator) walkStruct(from *target, t types.Type, seen map[string]bool) {
	// Of a foreign type with its own methods the inside is nobody's business.
	if k := g.encodeKind(t); k != kStruct && g.decodeKind(t) != kStruct {
		return
	}
	fields, err := g.pkg.fields(t)
	if err != nil {
		return // reported when the type is written
	}
	for _, f := range fields {
		g.walk(from, f.typ, seen)
	}
}

// markDepth finds the types whose values may contain themselves, or lead to
// ones that may: through a cycle of types, or through an interface.
func (g *generator) markDepth() {
	for _, t := range g.methods {
		t.depth = t.any || g.reaches(t, t, map[string]bool{})
	}
	for changed := true; changed; {
		changed = false
		for _, t := range g.methods {
			for e := range t.edges {
				if g.methods[e].depth && !t.depth {
					t.depth, changed = true, true
				}
			}
		}
	}
}

func (g *generator) reaches(from, to *target, seen map[string]bool) bool {
	for e := range from.edges {
		next := g.methods[e]
		if next == to {
			return true
		}
		if !seen[e] {
			seen[e] = true
			if g.reaches(next, to, seen) {
				return true
			}
		}
	}
	return false
}

// sorted returns the targets by name, the order of the output.
func (g *generator) sorted() []*target {
	var out []*target
	for _, name := range slices.Sorted(maps.Keys(g.methods)) {
		out = append(out, g.methods[name])
	}
	return out
}
