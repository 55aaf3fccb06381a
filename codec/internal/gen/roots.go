package gen

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// mark asks for a type's methods from its doc comment.
const mark = "//codec:json"

// roots returns the types asked for, by name or by mark, in that order.
func (p *source) roots(names []string) ([]*types.Named, error) {
	if len(names) == 0 {
		names = p.marked()
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("codecgen: %s: no type is marked %s, and no -type given", p.path, mark)
	}
	var roots []*types.Named
	var errs []error
	for _, name := range names {
		n, err := p.root(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		delete(p.elsewhere, name)
		roots = append(roots, n)
	}
	return roots, joinErrors(errs)
}

func (p *source) marked() []string {
	var names []string
	for _, f := range p.files {
		for _, d := range f.Decls {
			gd, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range gd.Specs {
				ts, ok := s.(*ast.TypeSpec)
				if ok && (p.hasMark(ts.Doc) || len(gd.Specs) == 1 && p.hasMark(gd.Doc)) {
					names = append(names, ts.Name.Name)
				}
			}
		}
	}
	return names
}

func (p *source) hasMark(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		text := strings.TrimSpace(c.Text)
		if text == mark || p.fromEasy && text == "//easyjson:json" {
			return true
		}
	}
	return false
}

func (p *source) root(name string) (*types.Named, error) {
	obj := p.types.Scope().Lookup(name)
	if obj == nil {
		return nil, fmt.Errorf("codecgen: %s: no type %s", p.path, name)
	}
	n, ok := types.Unalias(obj.Type()).(*types.Named)
	tn, isType := obj.(*types.TypeName)
	if !ok || !isType || tn.IsAlias() || n.Obj().Pkg() != p.types {
		return nil, p.errorf(obj.Pos(), "%s is not a type declared in this package", name)
	}
	switch n.Underlying().(type) {
	case *types.Pointer, *types.Interface:
		return nil, p.errorf(obj.Pos(), "%s is a pointer or an interface and cannot have methods", name)
	}
	for _, m := range methodNames {
		if sel := methodOf(n, m); sel != nil {
			return nil, p.errorf(obj.Pos(), "%s already has %s (%s): generated methods would change its JSON", name, m, p.fset.Position(sel.Pos()))
		}
	}
	if v := fieldLikeMethod(n); v != nil {
		return nil, p.errorf(v.Pos(), "the field %s has the name of a method that %s would get: rename it and tag it json:%q", v.Name(), name, v.Name())
	}
	return n, nil
}
