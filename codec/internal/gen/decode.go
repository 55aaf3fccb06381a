package gen

import (
	"go/types"
	"strings"
)

// decode writes the code that decodes into x, an addressable expression of type t.
func (w *writer) decode(x string, t types.Type) {
	w.decodeAs(x, t, w.gen.decodeKind(t))
}

func (w *writer) decodeAs(x string, t types.Type, k kind) {
	ref := address(x)
	if w.gen.v2 && w.decodeV2(x, ref, t, k) {
		return
	}
	w.decodeKind(x, ref, t, k)
}

func (w *writer) decodeKind(x, ref string, t types.Type, k kind) {
	if method, name := scalars(t, k); method != "" && !w.gen.v2 {
		w.p("d.%s(%s)\n", method, pointer(name, ref, t))
		return
	}
	switch k {
	case kTime:
		w.p("d.Time(%s)\n", ref)
	case kRaw:
		w.p("d.Raw(%s)\n", ref)
	case kNumber:
		w.p("d.Number(%s)\n", ref)
	case kGenerated:
		w.p("%s.DecodeJSON(d)\n", selector(x))
	case kJSONMethod:
		w.p("d.Unmarshaler(%s)\n", w.receiver(x, t, "UnmarshalJSON"))
	case kTextMethod:
		w.decodeText(x, t)
	case kBool, kInt, kUint, kFloat32, kFloat64, kString:
		b := t.Underlying().(*types.Basic)
		name := types.Typ[b.Kind()].Name()
		w.p("d.%s(%s)\n", strings.ToUpper(name[:1])+name[1:], pointer(name, ref, t))
	case kBytes:
		w.p("wire.Bytes(d, %s)\n", ref)
	case kAny:
		w.p("d.Any(%s)\n", ref)
	case kInterface:
		w.p("wire.Interface(d, %s)\n", ref)
	case kParam:
		w.p("wire.Value(d, %s)\n", ref)
	case kStruct:
		w.inline(t, func() { w.decodeStruct(x, t) })
	case kArray:
		w.inline(t, func() { w.decodeArray(x, t.Underlying().(*types.Array)) })
	case kSlice, kMap, kPointer:
		w.inline(t, func() { w.decodeNilable(x, t) })
	default:
		w.fail("%s cannot be decoded into", types.TypeString(t, types.RelativeTo(w.gen.pkg.types)))
	}
}

// decodeText leaves null to the kind of the target, as encoding/json does.
func (w *writer) decodeText(x string, t types.Type) {
	null := "d.Null()"
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map:
		w.p("if d.Null() {\n%s = nil\n} else {\n", x)
	default:
		w.p("if !%s {\n", null)
	}
	w.p("d.Text(%s)\n}\n", w.receiver(x, t, "UnmarshalText"))
}

func (w *writer) decodeNilable(x string, t types.Type) {
	w.p("if d.Null() {\n%s = nil\n} else ", x)
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		w.p("{\n")
		w.make(x, u.Elem())
		w.decode("(*"+x+")", u.Elem())
		w.p("}\n")
	case *types.Slice:
		w.decodeSlice(x, u.Elem())
	case *types.Map:
		w.decodeMap(x, u)
	}
}

func (w *writer) decodeSlice(x string, elem types.Type) {
	n := w.local()
	if w.gen.decodeKind(elem) == kParam {
		w.p("if wire.IsByte[%s]() {\nwire.Value(d, %s)\n} else ", elem, address(x))
	}
	w.p("if d.BeginArray() {\nn%d := 0\ns%[1]d := %[2]s[:cap(%[2]s)]\nfor d.NextElem(n%[1]d) {\nif n%[1]d == len(s%[1]d) {\n", n, x)
	name, ok := w.typeName(elem)
	if ok {
		w.p("s%d = append(s%[1]d, make([]%s, %d)...)\ns%[1]d = s%[1]d[:cap(s%[1]d)]\n}\n", n, name, w.firstElems(elem))
	} else {
		w.p("s%d = wire.Grow(s%[1]d)\n}\n", n)
	}
	if w.gen.v2 {
		w.p("wire.Clear(&s%d[n%[1]d])\n", n) // v1 decodes into what was there before
	}
	w.decode("s"+itoa(n)+"[n"+itoa(n)+"]", elem)
	w.p("n%d++\n}\n", n)
	if ok {
		w.p("if n%d == 0 {\ns%[1]d = []%[2]s{}\n}\n%[3]s = s%[1]d[:n%[1]d]\n}\n", n, name, x)
	} else {
		w.p("%s = wire.Finish(s%d, n%[2]d)\n}\n", x, n)
	}
}

// decodeArray skips what is too much and clears what is missing.
func (w *writer) decodeArray(x string, a *types.Array) {
	n := w.local()
	w.p("if d.BeginArray() {\nn%d := 0\nfor d.NextElem(n%[1]d) {\n", n)
	if a.Len() > 0 {
		w.p("if n%d < len(%s) {\n", n, x)
		if w.gen.v2 {
			w.p("wire.Clear(&%s[n%d])\n", x, n)
		}
		w.decode(x+"[n"+itoa(n)+"]", a.Elem())
		w.p("} else {\nd.Skip()\n}\n")
	} else {
		w.p("d.Skip()\n")
	}
	w.p("n%d++\n}\n", n)
	if w.gen.v2 {
		w.p("d.CheckLen(n%d, len(%s))\n", n, x)
	}
	if a.Len() > 0 {
		w.p("for ; n%d < len(%s); n%[1]d++ {\nwire.Clear(&%[2]s[n%[1]d])\n}\n", n, x)
	}
	w.p("}\n")
}

func (w *writer) decodeMap(x string, m *types.Map) {
	suffix := w.decodeKey(m)
	n := w.local()
	w.p("{\nvar o%d wire.Object\nif d.BeginObject(&o%[1]d, nil) {\n", n)
	w.makeMap(x, m)
	w.p("for d.NextKey(&o%d) {\n", n)
	if w.gen.v2 {
		w.p("k%d, ok%[1]d := wire.%sKeyV2(d, %s, &o%[1]d)\ne%[1]d := %[3]s[k%[1]d]\n", n, suffix, x)
		w.decode("e"+itoa(n), m.Elem())
		w.p("if ok%d {\n%s[k%[1]d] = e%[1]d\n}\n}\n}\n}\n", n, x)
		return
	}
	elem, ok := w.typeName(m.Elem())
	if suffix == "" && w.gen.decodeKind(m.Elem()) == kString {
		w.p("e%d := wire.StringElem(d, %s, o%[1]d.Key)\n", n, x)
	} else {
		if ok {
			w.p("var e%d %s\n", n, elem)
		} else {
			w.p("e%d := wire.ZeroElem(%s)\n", n, x)
		}
		w.decode("e"+itoa(n), m.Elem())
	}
	key, ok := w.typeName(m.Key())
	switch {
	case suffix == "" && key == "string":
		w.p("%s[o%d.Key] = e%[2]d\n", x, n)
	case suffix == "" && ok:
		w.p("%s[%s(o%d.Key)] = e%[3]d\n", x, key, n)
	case suffix == "":
		w.p("wire.Set(%s, o%d.Key, e%[2]d)\n", x, n)
	case suffix == "Text":
		w.p("wire.SetText(d, %s, &o%d, e%[2]d)\n", x, n)
	default:
		w.p("wire.Set%s(d, %s, o%d.Key, e%[3]d)\n", suffix, x, n)
	}
	w.p("}\n}\n}\n")
}

func (w *writer) decodeStruct(x string, t types.Type) {
	fields := w.structFields(t)
	n := w.local()
	table := "nil"
	if len(fields) > 0 {
		table = w.table(fields)
	}
	w.p("var o%d wire.Object\nif d.BeginObject(&o%[1]d, %s) {\nfor d.Next(&o%[1]d) {\n", n, table)
	if len(fields) == 0 {
		w.p("d.Skip()\n}\n}\n")
		return
	}
	w.p("switch o%d.Index {\n", n)
	for i, f := range fields {
		w.p("case %d: // %s\n", i, f.name)
		w.decodeField(x, f)
	}
	w.p("default:\nd.Skip()\n}\n}\n}\n")
}

// decodeField makes the embedded structs on the way and decodes the field.
func (w *writer) decodeField(x string, f field) {
	w.pos = f.pos
	expr, pointers := access(x, f)
	for _, p := range pointers {
		if p.private {
			w.p("if %s == nil {\nd.EmbeddedNil(%q)\nbreak\n}\n", p.expr, p.goName)
			continue
		}
		w.make(p.expr, p.elem)
	}
	if w.gen.v2 {
		w.fieldV2(f, func() { w.decodeDuration(expr, f) })
		return
	}
	if f.quoted {
		w.decodeQuoted(expr, f.typ)
		return
	}
	w.decode(expr, f.typ)
}

// decodeQuoted handles the string option.
func (w *writer) decodeQuoted(x string, t types.Type) {
	n := w.local()
	set := ""
	elem := t
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		elem = p.Elem()
		w.p("if q%d, null, ok := d.Quoted(); null {\n%s = nil\n} else if ok {\n", n, x)
		w.make(x, elem)
		set = x
	} else {
		w.p("if q%d, _, ok := d.Quoted(); ok {\n", n)
		set = "&" + x
	}
	switch w.gen.decodeKind(elem) {
	case kBool:
		w.p("wire.QuotedBool(d, q%d, %s)\n", n, set)
	case kInt:
		w.p("wire.QuotedInt(d, q%d, %s)\n", n, set)
	case kUint:
		w.p("wire.QuotedUint(d, q%d, %s)\n", n, set)
	case kFloat32:
		w.p("wire.QuotedFloat(d, q%d, %s, 32)\n", n, set)
	case kFloat64:
		w.p("wire.QuotedFloat(d, q%d, %s, 64)\n", n, set)
	case kString:
		w.p("wire.QuotedString(d, q%d, %s)\n", n, set)
	case kNumber:
		w.p("wire.QuotedNumber(d, q%d, %s)\n", n, set)
	case kParam:
		w.fail("the string option on a type parameter: %s", elem)
	default:
		w.fail("the string option on a type with methods of its own: %s", elem)
	}
	w.p("}\n")
}
