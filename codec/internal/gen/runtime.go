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
	if p.types.Scope().Lookup(runtimeName) == nil {
		return format.Source([]byte(src))
	}
	name := "codec" + runtimeName
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
