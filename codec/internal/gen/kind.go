package gen

import (
	"go/types"
	"strings"
)

// kind is how a type is encoded or decoded: by the first rule that applies, in
// the order of encoding/json's newTypeEncoder.
type kind int

const (
	kBad kind = iota
	kTime
	kRaw
	kNumber
	kGenerated  // AppendJSON and DecodeJSON, ours or another package's
	kJSONMethod // json.Marshaler or json.Unmarshaler
	kTextMethod // encoding.TextMarshaler or TextUnmarshaler
	kBool
	kInt
	kUint
	kFloat32
	kFloat64
	kString
	kBytes
	kByteArray // base64 too, in v2
	kStruct
	kSlice
	kArray
	kMap
	kPointer
	kAny
	kInterface // an interface with methods, or a named one
	kParam     // a type parameter: known at run time only
)

// qualified writes types with full import paths: the name is an identity.
func qualified(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Path() })
}

// encodeKind classifies t, which is addressable.
func (g *generator) encodeKind(t types.Type) kind {
	return g.kindOf(t, "MarshalJSON", "MarshalText", "func()([]byte,error)", "func()([]byte,error)")
}

func (g *generator) decodeKind(t types.Type) kind {
	return g.kindOf(t, "UnmarshalJSON", "UnmarshalText", "func([]byte)(error)", "func([]byte)(error)")
}

func (g *generator) kindOf(t types.Type, jsonMethod, textMethod, jsonSig, textSig string) kind {
	t = types.Unalias(t)
	if _, ok := t.(*types.TypeParam); ok {
		return kParam
	}
	switch qualified(t) {
	case "time.Time":
		return kTime
	case "encoding/json.RawMessage":
		return kRaw
	case "encoding/json.Number":
		return kNumber
	}
	_, isPointer := t.(*types.Pointer)
	_, isInterface := t.Underlying().(*types.Interface)
	if isInterface && jsonMethod == "MarshalJSON" {
		// Decoding into an interface goes by what it holds, whatever its methods.
		switch {
		case hasMethod(t, jsonMethod, jsonSig):
			return kJSONMethod
		case hasMethod(t, textMethod, textSig):
			return kTextMethod
		}
	}
	if !isPointer && !isInterface {
		switch {
		case g.hasMethods(t):
			return kGenerated
		case hasMethod(t, jsonMethod, jsonSig):
			return kJSONMethod
		case hasMethod(t, textMethod, textSig):
			return kTextMethod
		}
	}
	return g.underlyingKind(t)
}

// underlyingKind is that of the rules in force: in v2 only slices and arrays of
// byte itself are base64.
func (g *generator) underlyingKind(t types.Type) kind {
	if !g.v2 {
		return underlyingKind(t)
	}
	switch u := t.Underlying().(type) {
	case *types.Slice:
		if isPlainByte(u.Elem()) {
			return kBytes
		}
		return kSlice
	case *types.Array:
		if isPlainByte(u.Elem()) {
			return kByteArray
		}
	}
	return underlyingKind(t)
}

func isPlainByte(t types.Type) bool {
	b, ok := types.Unalias(t).(*types.Basic)
	return ok && b.Kind() == types.Byte
}

func underlyingKind(t types.Type) kind {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return basicKind(u)
	case *types.Struct:
		return kStruct
	case *types.Slice:
		if isByte(u.Elem()) {
			return kBytes
		}
		return kSlice
	case *types.Array:
		return kArray
	case *types.Map:
		return kMap
	case *types.Pointer:
		if _, named := types.Unalias(t).(*types.Named); !named {
			return kPointer
		}
	case *types.Interface:
		if _, named := types.Unalias(t).(*types.Named); !named && u.Empty() {
			return kAny
		}
		return kInterface
	}
	return kBad
}

// isByte reports whether slices of t are base64: elements of kind uint8 whose
// pointers have no method to write themselves with.
func isByte(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.Byte && methodOf(t, "MarshalJSON") == nil && methodOf(t, "MarshalText") == nil
}

func basicKind(b *types.Basic) kind {
	switch info := b.Info(); {
	case b.Kind() == types.Float32:
		return kFloat32
	case b.Kind() == types.Float64:
		return kFloat64
	case info&types.IsBoolean != 0:
		return kBool
	case info&types.IsUnsigned != 0:
		return kUint
	case info&types.IsInteger != 0:
		return kInt
	case info&types.IsString != 0:
		return kString
	}
	return kBad
}

// hasMethods reports whether t has, or is about to get, methods of codecgen.
func (g *generator) hasMethods(t types.Type) bool {
	n, ok := t.(*types.Named)
	if !ok {
		return false
	}
	if n.Obj().Pkg() == g.pkg.types {
		name := n.Obj().Name()
		return g.methods[name] != nil || g.pkg.elsewhere[name]
	}
	return hasMethod(t, "AppendJSON", "func([]byte)([]byte,error)") && declares(t, "AppendJSON") && declares(t, "DecodeJSON")
}

// declares reports whether a method is t's own. One that an embedded type lends speaks
// for that part alone, cannot be called on a nil pointer, and must not come before a
// MarshalJSON that t has itself.
func declares(t types.Type, name string) bool {
	obj, index, _ := types.LookupFieldOrMethod(t, true, nil, name)
	_, ok := obj.(*types.Func)
	return ok && len(index) == 1
}

// takesDepth reports whether t's methods include AppendJSONDepth.
func (g *generator) takesDepth(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return false
	}
	if n.Obj().Pkg() == g.pkg.types {
		name := n.Obj().Name()
		if target := g.methods[name]; target != nil {
			return target.depth
		}
		return g.pkg.depth[name]
	}
	return methodOf(t, "AppendJSONDepth") != nil
}

// methodOf finds a method of *t, or of t.
func methodOf(t types.Type, name string) *types.Func {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
	f, _ := obj.(*types.Func)
	return f
}

func hasMethod(t types.Type, name, sig string) bool {
	f := methodOf(t, name)
	return f != nil && signature(f) == sig
}

// onPointer reports whether a method is in *t's method set only.
func onPointer(t types.Type, name string) bool {
	return types.NewMethodSet(t).Lookup(nil, name) == nil
}

// signature writes f's parameter and result types without names.
func signature(f *types.Func) string {
	s := f.Type().(*types.Signature)
	list := func(t *types.Tuple) string {
		var parts []string
		for v := range t.Variables() {
			parts = append(parts, qualified(types.Unalias(v.Type())))
		}
		return "(" + strings.Join(parts, ",") + ")"
	}
	return "func" + list(s.Params()) + list(s.Results())
}
