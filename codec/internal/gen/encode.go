package gen

import (
	"go/types"
	"strings"
)

// try writes a call that returns dst and an error.
func (w *writer) try(format string, args ...any) {
	w.p("if dst, err = "+format+"; err != nil {\nreturn dst, err\n}\n", args...)
}

// encode writes the code that appends x, an addressable expression of type t.
func (w *writer) encode(x string, t types.Type, quoted bool) {
	w.encodeAs(x, t, w.gen.encodeKind(t), quoted)
}

func (w *writer) encodeAs(x string, t types.Type, k kind, quoted bool) {
	if w.gen.v2 {
		if w.encodeV2(x, t, k) {
			return
		}
	} else if quoted && w.encodeQuoted(x, t, k) {
		return
	}
	if w.encodeScalars(x, t, k) {
		return
	}
	switch k {
	case kTime:
		w.try("wire.AppendTime(dst, %s)", x)
	case kRaw:
		w.try(w.fn("AppendRaw")+"(dst, %s)", x)
	case kNumber:
		w.try("wire.AppendNumber(dst, %s)", x)
	case kGenerated:
		if w.gen.takesDepth(t) && w.depth {
			w.try("%s.AppendJSONDepth(dst, depth+1)", selector(x))
		} else {
			w.try("%s.AppendJSON(dst)", selector(x))
		}
	case kJSONMethod:
		w.try(w.fn("AppendMarshaler")+"(dst, %s)", w.receiver(x, t, "MarshalJSON"))
	case kTextMethod:
		w.try(w.fn("AppendText")+"(dst, %s)", w.receiver(x, t, "MarshalText"))
	case kFloat32:
		w.try("wire.AppendFloat32(dst, float32(%s))", x)
	case kFloat64:
		w.try("wire.AppendFloat64(dst, float64(%s))", x)
	case kBool, kInt, kUint, kString, kBytes:
		w.p("dst = %s\n", w.plain(x, k))
	case kAny, kInterface:
		w.try(w.fn("AppendAny")+"(dst, %s, depth+1)", x)
	case kParam:
		w.try(w.fn("AppendValue")+"(dst, %s, depth+1)", address(x))
	case kStruct:
		w.inline(t, func() { w.encodeStruct(x, t) })
	case kSlice, kArray, kMap, kPointer:
		w.inline(t, func() { w.encodeComposite(x, t, k, quoted) })
	default:
		w.fail("%s cannot be encoded: encoding/json would fail at run time, or depend on the dynamic type", types.TypeString(t, types.RelativeTo(w.gen.pkg.types)))
	}
}

// plain returns the append expression of kinds that cannot fail.
func (w *writer) plain(x string, k kind) string {
	switch k {
	case kBool:
		return "wire.AppendBool(dst, bool(" + x + "))"
	case kInt:
		return "wire.AppendInt(dst, int64(" + x + "))"
	case kUint:
		return "wire.AppendUint(dst, uint64(" + x + "))"
	case kBytes:
		return "wire.AppendBytes(dst, " + x + ")"
	}
	return w.fn("AppendString") + "(dst, string(" + x + "))"
}

// encodeQuoted handles the string option; it reports false for a pointer,
// whose nil is not quoted.
func (w *writer) encodeQuoted(x string, t types.Type, k kind) bool {
	switch k {
	case kPointer, kGenerated, kJSONMethod, kTextMethod:
		return false
	case kString:
		w.p("dst = %s(dst, string(%s))\n", w.fn("AppendQuotedString"), x)
		return true
	}
	w.p("dst = append(dst, '\"')\n")
	w.encodeAs(x, t, k, false)
	w.p("dst = append(dst, '\"')\n")
	return true
}

// receiver returns x or &x, whichever has the method.
func (w *writer) receiver(x string, t types.Type, method string) string {
	if onPointer(t, method) {
		return address(x)
	}
	return x
}

func (w *writer) encodeComposite(x string, t types.Type, k kind, quoted bool) {
	if ptr, ok := t.Underlying().(*types.Pointer); ok && w.gen.encodeKind(ptr.Elem()) == kGenerated {
		w.encode("(*"+x+")", ptr.Elem(), false) // its method writes null
		return
	}
	if k == kPointer || k != kArray && !w.gen.v2 {
		w.p("if %s == nil {\ndst = wire.AppendNull(dst)\n} else {\n", x)
		defer w.p("}\n")
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		w.encode("(*"+x+")", u.Elem(), quoted)
	case *types.Slice:
		if w.gen.encodeKind(u.Elem()) == kParam {
			w.encodeOpenSlice(x, u.Elem())
			return
		}
		if b, ok := u.Elem().Underlying().(*types.Basic); ok && b.Kind() == types.Byte && !w.gen.v2 {
			w.fail("%s: encoding/json writes its elements with their methods, but reads base64", t)
		}
		w.encodeList(x, u.Elem())
	case *types.Array:
		w.encodeList(x, u.Elem())
	case *types.Map:
		w.encodeMap(x, u)
	}
}

func (w *writer) encodeList(x string, elem types.Type) {
	n := w.local()
	w.p("dst = append(dst, '[')\nfor i%d := range %s {\n", n, x)
	from := w.out.Len()
	w.encode(x+"[i"+itoa(n)+"]", elem, false)
	if !strings.Contains(w.out.String()[from:], "i"+itoa(n)) {
		w.p("_ = i%d\n", n) // a struct without fields
	}
	w.p("dst = append(dst, ',')\n}\ndst = wire.CloseArray(dst)\n")
}

// encodeScalars writes the lists and maps that the runtime has a function for, and
// reports whether it did.
func (w *writer) encodeScalars(x string, t types.Type, k kind) bool {
	name, _ := scalars(t, k)
	switch {
	case name == "" || w.gen.v2:
		return false
	case name == "Float64s":
		w.try("wire.AppendFloat64s(dst, %s)", x)
	case name == "Strings" || name == "StringMap":
		w.p("dst = %s(dst, %s)\n", w.fn("Append"+name), x)
	default:
		w.p("dst = wire.Append%s(dst, %s)\n", name, x)
	}
	return true
}

// encodeOpenSlice writes a slice of a type parameter, which is base64 where
// that turns out to be a byte.
func (w *writer) encodeOpenSlice(x string, elem types.Type) {
	w.p("if wire.IsByte[%s]() {\n", elem)
	w.try(w.fn("AppendValue")+"(dst, %s, depth+1)", address(x))
	w.p("} else {\n")
	w.encodeList(x, elem)
	w.p("}\n")
}

func (w *writer) encodeMap(x string, m *types.Map) {
	if !w.gen.v2 && w.hidesMethod(m.Elem()) {
		w.fail("map element %s has, or may have, its JSON methods on the pointer, which encoding/json does not use for map elements: make the element a pointer", m.Elem())
	}
	n := w.local()
	elem := "e" + itoa(n)
	suffix := w.encodeKey(m)
	w.p("dst = append(dst, '{')\n")
	text := "k" + itoa(n)
	key, plain := w.typeName(m.Key())
	plain = plain && suffix == ""
	switch {
	case plain:
		w.p("var b%d [16]string\ns%[1]d, l%[1]d := wire.KeyRoom(b%[1]d[:0], len(%[2]s))\nfor k%[1]d := range %[2]s {\ns%[1]d = append(s%[1]d, string(k%[1]d))\n}\n", n, x)
		w.p("wire.SortKeys(s%d)\nfor _, k%[1]d := range s%[1]d {\n", n)
	case suffix == "Text":
		w.p("keys%d, err := wire.SortedTextKeys(%s)\nif err != nil {\nreturn dst, err\n}\n", n, x)
		w.p("for _, k%d := range keys%[1]d {\n", n)
		text += ".Text"
	default:
		w.p("var b%d [16]string\n", n)
		w.p("for _, k%d := range wire.Sorted%[2]sKeys(b%[1]d[:0], %[3]s) {\n", n, suffix, x)
	}
	if w.gen.v2 {
		w.try("wire.AppendStringV2(dst, %s)", text)
		w.p("dst = append(dst, ':')\n")
	} else {
		w.p("dst = %s(dst, %s)\n", w.fn("AppendKey"), text)
	}
	switch {
	case plain && key == "string":
		w.p("%s := %s[k%d]\n", elem, x, n)
	case plain:
		w.p("%s := %s[%s(k%d)]\n", elem, x, key, n)
	case suffix == "Text":
		w.p("%s := %s[k%d.Key]\n", elem, x, n)
	default:
		w.p("%s := wire.Get%s(%s, k%d)\n", elem, suffix, x, n)
	}
	if w.gen.encodeKind(m.Elem()) == kParam {
		// Not by pointer: encoding/json cannot take a map element's address.
		w.try(w.fn("AppendAny")+"(dst, %s, depth+1)", elem)
	} else {
		w.encode(elem, m.Elem(), false)
	}
	w.p("dst = append(dst, ',')\n}\n")
	if plain {
		w.p("l%d.Release()\n", n)
	}
	w.p("dst = wire.CloseObject(dst)\n")
}

// hidesMethod reports whether encoding/json would treat t differently where it
// is not addressable: a method on the pointer, in t or in a value inside it.
func (w *writer) hidesMethod(t types.Type) bool {
	switch w.gen.encodeKind(t) {
	case kJSONMethod:
		return onPointer(t, "MarshalJSON")
	case kTextMethod:
		return onPointer(t, "MarshalText")
	case kArray:
		return w.hidesMethod(t.Underlying().(*types.Array).Elem())
	case kStruct, kGenerated:
		if n, ok := types.Unalias(t).(*types.Named); ok && w.gen.hasMethods(n) && n.Obj().Pkg() != w.gen.pkg.types {
			return false // encoding/json uses its MarshalJSON, which has an addressable copy
		}
		if _, ok := t.Underlying().(*types.Struct); !ok {
			return false
		}
		for _, f := range w.structFields(t) {
			if w.gen.encodeKind(f.typ) == kParam || w.hidesMethod(f.typ) {
				return true
			}
		}
	}
	return false
}

func (w *writer) encodeStruct(x string, t types.Type) {
	fields := w.structFields(t)
	if len(fields) == 0 {
		w.p("dst = append(dst, \"{}\"...)\n")
		return
	}
	// A first field that is always there opens the object. Otherwise every
	// member writes a comma, and the first comma becomes the brace.
	fixed := w.always(fields[0])
	n := w.local()
	if !fixed {
		w.p("start%d := len(dst)\n", n)
	}
	for i, f := range fields {
		open := ","
		if fixed && i == 0 {
			open = "{"
		}
		w.encodeField(x, f, open)
	}
	if fixed {
		w.p("dst = append(dst, '}')\n")
		return
	}
	w.p("if len(dst) == start%d {\ndst = append(dst, \"{}\"...)\n} else {\ndst[start%[1]d] = '{'\ndst = append(dst, '}')\n}\n", n)
}

func (w *writer) always(f field) bool {
	_, pointers := access("v", f)
	return !f.omitEmpty && !f.omitZero && len(pointers) == 0
}

func (w *writer) encodeField(x string, f field, open string) {
	w.pos = f.pos
	expr, pointers := access(x, f)
	var conds []string
	for _, p := range pointers {
		conds = append(conds, p.expr+" != nil")
	}
	drop := false
	switch {
	case f.omitEmpty && w.gen.v2:
		var cond string
		if cond, drop = w.notEmptyV2(expr, f.typ); cond != "" {
			conds = append(conds, cond)
		}
	case f.omitEmpty:
		conds = append(conds, w.notEmpty(expr, f.typ)...)
	}
	if f.omitZero {
		conds = append(conds, w.notZero(expr, f.typ))
	}
	if len(conds) > 0 {
		w.p("if %s {\n", strings.Join(conds, " && "))
		defer w.p("}\n")
	}
	name := f.name
	if !w.gen.noHTML && !w.gen.v2 {
		name = escapeName(name)
	}
	n := 0
	if drop {
		n = w.local()
		w.p("member%d := len(dst)\n", n)
	}
	w.p("dst = append(dst, %s...)\n", literal(open+`"`+name+`":`))
	if drop {
		w.p("value%d := len(dst)\n", n)
	}
	if w.gen.v2 {
		w.fieldV2(f, func() { w.encodeDuration(expr, f) })
	} else {
		w.encode(expr, f.typ, f.quoted)
	}
	if drop {
		w.p("dst = wire.DropEmpty(dst, member%d, value%[1]d)\n", n)
	}
}

var nameEscaper = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`)

// escapeName escapes what may stand in a tag and is not plain in JSON.
func escapeName(s string) string { return nameEscaper.Replace(s) }
