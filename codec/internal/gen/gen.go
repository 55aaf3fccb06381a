// Package gen writes codec's generated methods. It reads a package from source
// and its imports from the compiler's export data, runs none of its code, and
// refuses with file and line what it cannot do exactly as encoding/json does.
package gen

import (
	"errors"
	"fmt"
	"go/build/constraint"
	"go/token"
	"path/filepath"
)

// Options say what to generate. The zero value generates the marked types of
// the package in the current directory.
type Options struct {
	// Dir is where the go command runs. Zero means the current directory.
	Dir string
	// Pattern names one package. Zero means ".".
	Pattern string
	// Types names the types to generate. Zero means those marked //codec:json.
	Types []string
	// Output is the file name, inside the package. Zero means the name of the
	// file that declares the first type, with _codec before its extension.
	Output string
	// NoHTML leaves & < > in strings as they are, as json.Encoder does after
	// SetEscapeHTML(false). Zero means that they are escaped.
	NoHTML bool
	// V2 follows the rules of encoding/json/v2. Zero means those of v1.
	V2 bool
	// JSONv2 adds a file with the methods of encoding/json/v2, for builds that
	// have that package. Zero means no such file.
	JSONv2 bool
	// EasyJSON adds a file with easyjson's methods, for types that are used by
	// code of easyjson. Zero means no such file.
	EasyJSON bool
	// FromEasyJSON takes the types marked for easyjson too, and reads the package
	// without what easyjson generated. Zero means that its mark is a comment.
	FromEasyJSON bool
}

// File is a generated file. It is a plain value.
type File struct {
	// Path is where the file belongs.
	Path string
	// Source is its contents, formatted.
	Source []byte
}

// Result is what was generated. It is a plain value.
type Result struct {
	File
	// More are files that belong beside it.
	More []File
	// Notes are remarks for the user that did not stop generation.
	Notes []string
}

// Error is a refusal with the place it is about.
type Error struct {
	// Pos is the declaration that cannot be handled.
	Pos token.Position
	// Msg says why.
	Msg string
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Msg }

// Generate makes the file for one package.
func Generate(o Options) (*Result, error) {
	if o.Output != "" && (filepath.Base(o.Output) != o.Output || filepath.Ext(o.Output) != ".go") {
		return nil, fmt.Errorf("codecgen: output %s: want the name of a .go file, without a folder", o.Output)
	}
	p, err := load(o)
	if err != nil {
		return nil, err
	}
	roots, err := p.roots(o.Types)
	if err != nil {
		return nil, err
	}
	g := &generator{pkg: p, methods: map[string]*target{}, noHTML: o.NoHTML, v2: o.V2}
	for _, r := range roots {
		g.add(r)
	}
	g.closure()
	g.markDepth()
	src, err := g.file()
	if err != nil {
		return nil, err
	}
	res := &Result{File: File{filepath.Join(p.dir, p.output), src}, Notes: g.notes}
	if o.JSONv2 {
		err = errors.Join(err, res.add(g, "_jsonv2", &constraint.TagExpr{Tag: jsonv2Tag}, jsonv2Head, jsonv2Methods))
	}
	if o.EasyJSON {
		err = errors.Join(err, res.add(g, "_easyjson", nil, easyjsonHead, easyjsonMethods))
	}
	return res, err
}

func (p *source) errorf(pos token.Pos, format string, args ...any) error {
	return &Error{Pos: p.fset.Position(pos), Msg: fmt.Sprintf(format, args...)}
}

func joinErrors(errs []error) error {
	const most = 10
	if len(errs) > most {
		errs = append(errs[:most:most], errors.New("too many errors"))
	}
	return errors.Join(errs...)
}
