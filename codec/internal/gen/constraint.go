package gen

import (
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/token"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// constraint returns what must hold for all of the targets to exist, nil if that is
// always so: a file of methods cannot be built where one of the types is not.
func (g *generator) constraint() constraint.Expr {
	var all constraint.Expr
	seen := map[string]bool{}
	for _, t := range g.sorted() {
		if t.leftAlone {
			continue
		}
		for _, x := range g.pkg.constraints(t.named.Obj().Pos()) {
			if !seen[x.String()] {
				seen[x.String()] = true
				all = and(all, x)
			}
		}
	}
	return all
}

func and(a, b constraint.Expr) constraint.Expr {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return &constraint.AndExpr{X: a, Y: b}
}

// buildLine writes x as it stands before a package clause.
func buildLine(x constraint.Expr) string {
	if x == nil {
		return ""
	}
	return "//go:build " + x.String() + "\n\n"
}

// constraints are those of the file that pos lies in.
func (p *source) constraints(pos token.Pos) (all []constraint.Expr) {
	for _, f := range p.files {
		if pos < f.FileStart || pos >= f.FileEnd {
			continue
		}
		for _, c := range f.Comments {
			for _, line := range c.List {
				if x, err := constraint.Parse(line.Text); err == nil && constraint.IsGoBuild(line.Text) {
					all = append(all, x)
				}
			}
		}
		for _, tag := range append(nameTags(p.fset.Position(pos).Filename), importTags(f)...) {
			all = append(all, &constraint.TagExpr{Tag: tag})
		}
	}
	return all
}

// nameTags returns what a file's name ends in of a system and an architecture.
func nameTags(name string) []string {
	name, _, _ = strings.Cut(filepath.Base(name), ".")
	parts := strings.Split(name, "_")
	n := len(parts)
	switch {
	case n < 2:
		return nil
	case n > 2 && isSystem(parts[n-2]) && isArch(parts[n-1]):
		return parts[n-2:]
	case isSystem(parts[n-1]) || isArch(parts[n-1]):
		return parts[n-1:]
	}
	return nil
}

func isSystem(s string) bool { return built(s, s, "none") && !built(s, "none", "none") }

func isArch(s string) bool { return built(s, "none", s) && !built(s, "none", "none") }

// built reports whether package build, which knows all systems, takes a file that ends
// in suffix.
func built(suffix, goos, goarch string) bool {
	c := build.Context{GOOS: goos, GOARCH: goarch, Compiler: "gc", OpenFile: func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("package x\n")), nil
	}}
	ok, err := c.MatchFile("", "x_"+suffix+".go")
	return ok && err == nil
}

// importTags: a file that imports C is left out of builds without cgo.
func importTags(f *ast.File) []string {
	for _, i := range f.Imports {
		if path, err := strconv.Unquote(i.Path.Value); err == nil && path == "C" {
			return []string{"cgo"}
		}
	}
	return nil
}
