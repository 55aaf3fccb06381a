package gen

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
)

// runtimePath is the package that generated code calls, by the name runtimeName.
const (
	runtimePath = "github.com/hotpath-go/hotpath/codec/wire"
	runtimeName = "wire"
)

// formatted returns src as a file of the package. A package that has something of
// its own by the runtime's name gets the runtime imported under another.
func (p *source) formatted(src string) ([]byte, error) {
	name := runtimeName
	for p.types.Scope().Lookup(name) != nil {
		name = "codec" + name
	}
	if name == runtimeName {
		return format.Source([]byte(src))
	}
	src = strings.Replace(src, `"`+runtimePath+`"`, name+` "`+runtimePath+`"`, 1)
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		// A field of that name stands behind a dot, a type of that name before none.
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == runtimeName {
				x.Name = name
			}
		}
		return true
	})
	var b bytes.Buffer
	if err := format.Node(&b, fset, f); err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	return b.Bytes(), nil
}

// checkPredeclared refuses a package that has something of its own by a name that src
// uses in its predeclared meaning.
func (p *source) checkPredeclared(src []byte) error {
	var errs []error
	for _, name := range predeclared {
		obj := p.types.Scope().Lookup(name)
		if obj == nil {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if mentions(f, name) {
			errs = append(errs, p.errorf(obj.Pos(), "generated code needs the predeclared %s, which this package declares anew: rename it", name))
		}
	}
	return joinErrors(errs)
}

// predeclared are the names that generated code may use.
var predeclared = strings.Fields("append bool byte cap error false float32 float64 int int8 int16 int32 int64 len make new nil rune string uint uint8 uint16 uint32 uint64 uintptr")

// mentions reports whether name stands in f, but for fields and methods behind a dot.
func mentions(f ast.Node, name string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || mentions(n.X, name)
			return false
		case *ast.Ident:
			found = found || n.Name == name
		}
		return !found
	})
	return found
}
