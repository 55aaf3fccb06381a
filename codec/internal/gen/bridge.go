package gen

import (
	"fmt"
	"go/build/constraint"
	"strings"
)

// The files beside the main one hold methods that not every build can have.
// Heads take the package's name, methods a receiver for each direction.

const jsonv2Tag = "goexperiment.jsonv2"

const jsonv2Head = `
package %s

import (
	"encoding/json/jsontext"

	"github.com/hotpath-go/hotpath/codec/wire"
)
`

const jsonv2Methods = `
// MarshalJSONTo implements json.MarshalerTo of encoding/json/v2.
func (%[1]s) MarshalJSONTo(enc *jsontext.Encoder) error {
	return wire.MarshalTo(enc, %[3]s)
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom of encoding/json/v2.
func (%[2]s) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return wire.UnmarshalFrom(dec, v)
}
`

const easyjsonHead = `
package %s

import (
	codeceasyjson "github.com/hotpath-go/hotpath/codec/easyjson"
	"github.com/mailru/easyjson/jlexer"
	"github.com/mailru/easyjson/jwriter"
)
`

const easyjsonMethods = `
// MarshalEasyJSON implements easyjson.Marshaler.
func (%[1]s) MarshalEasyJSON(w *jwriter.Writer) {
	codeceasyjson.Write(w, %[3]s)
}

// UnmarshalEasyJSON implements easyjson.Unmarshaler.
func (%[2]s) UnmarshalEasyJSON(l *jlexer.Lexer) {
	codeceasyjson.Read(l, v)
}
`

// add makes one file beside the main one, with methods for the same types, for builds
// in which x holds.
func (r *Result) add(g *generator, suffix string, x constraint.Expr, head, methods string) error {
	var b strings.Builder
	b.WriteString(header + "\n\n" + buildLine(and(x, g.constraint())))
	fmt.Fprintf(&b, head, g.pkg.types.Name())
	for _, t := range g.sorted() {
		if t.leftAlone {
			continue
		}
		name := t.named.Obj().Name() + params(t.named)
		value, arg := "v "+name, "&v"
		if hasLock(t.named, map[string]bool{}) {
			value, arg = "v *"+name, "v"
		}
		fmt.Fprintf(&b, methods, value, "v *"+name, arg)
	}
	src, err := g.pkg.formatted(b.String())
	r.More = append(r.More, File{strings.TrimSuffix(r.Path, ".go") + suffix + ".go", src})
	return err
}
