// Package gen writes codec's generated methods. It reads a package from source
// and its imports from the compiler's export data, runs none of its code, and
// refuses with file and line what it cannot do exactly as encoding/json does.
package gen

import (
	"errors"
	"fmt"
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
}

// Result is a generated file. It is a plain value.
type Result struct {
	// Path is where the file belongs.
	Path string
	// Source is its contents, formatted.
	Source []byte
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
	p, err := load(o)
	if err != nil {
		return nil, err
	}
	roots, err := p.roots(o.Types)
	if err != nil {
		return nil, err
	}
	g := &generator{pkg: p, methods: map[string]*target{}, noHTML: o.NoHTML}
	for _, r := range roots {
		g.add(r)
	}
	g.closure()
	g.markDepth()
	src, err := g.file()
	if err != nil {
		return nil, err
	}
	return &Result{Path: filepath.Join(p.dir, p.output), Source: src, Notes: g.notes}, nil
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
