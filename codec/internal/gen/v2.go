package gen

import (
	"go/types"
	"strings"
	"unicode"
)

// This file holds what encoding/json/v2 does otherwise than v1.

// encodeV2 writes the kinds that differ, and reports whether it did.
func (w *writer) encodeV2(x string, t types.Type, k kind) bool {
	switch k {
	case kString:
		w.try("wire.AppendStringV2(dst, string(%s))", x)
	case kBytes:
		w.p("dst = wire.AppendBytesV2(dst, %s)\n", x)
	case kByteArray:
		w.p("dst = wire.AppendBytesV2(dst, %s[:])\n", x)
	case kInt, kUint, kFloat32, kFloat64, kNumber:
		if !w.quote {
			return false
		}
		w.quote = false
		w.p("dst = append(dst, '\"')\n")
		w.encodeAs(x, t, k, false)
		w.p("dst = append(dst, '\"')\n")
		w.quote = true
	default:
		return w.refuseV2(t, k)
	}
	return true
}

// decodeV2 is encodeV2 for reading. Null clears whatever it meets.
func (w *writer) decodeV2(x, ref string, t types.Type, k kind) bool {
	switch k {
	case kByteArray:
		w.p("wire.ByteArrayV2(d, %s[:])\n", x)
	case kBytes:
		w.p("wire.BytesV2(d, %s)\n", ref)
	case kAny:
		if w.refuseV2(t, k) {
			return true
		}
		w.p("d.AnyV2(%s)\n", ref)
	case kTime, kNumber, kBool, kInt, kUint, kFloat32, kFloat64, kString, kTextMethod, kStruct, kArray:
		if w.refuseV2(t, k) {
			return true
		}
		if x == "v" {
			ref = x
		}
		w.p("if d.Null() {\nwire.Clear(%s)\n} else {\n", ref)
		switch {
		case k == kTextMethod:
			w.p("d.Text(%s)\n", w.receiver(x, t, "UnmarshalText"))
		case k == kInt && w.quote:
			w.p("wire.StringIntV2(d, %s)\n", ref)
		case k == kUint && w.quote:
			w.p("wire.StringUintV2(d, %s)\n", ref)
		case (k == kFloat32 || k == kFloat64) && w.quote:
			w.p("wire.StringFloatV2(d, %s)\n", ref)
		default:
			w.decodeKind(x, ref, t, k)
		}
		w.p("}\n")
	default:
		return w.refuseV2(t, k)
	}
	return true
}

// refuseV2 reports what takes reflection, or what the string option would have
// to follow into.
func (w *writer) refuseV2(t types.Type, k kind) bool {
	switch k {
	case kInterface, kParam:
		w.fail("%s with -v2: only any is supported among interfaces, and no type parameters", t)
		return true
	case kInt:
		if qualified(t) == "time.Duration" {
			w.fail("encoding/json/v2 has no default representation of time.Duration: give the field the tag format:units or format:nano")
			return true
		}
	case kStruct, kAny, kGenerated, kJSONMethod, kTextMethod, kNumber:
		if w.quote {
			w.fail("the string option reaches into %s, which is not supported: give it to the numbers themselves", t)
			return true
		}
	}
	return false
}

// fieldV2 writes a field under its string option.
func (w *writer) fieldV2(f field, write func()) {
	w.quote = f.quoted
	write()
	w.quote = false
}

// encodeDuration writes a field that may be a duration with a format.
func (w *writer) encodeDuration(x string, f field) {
	switch {
	case f.format == "":
		w.encode(x, f.typ, false)
	case !w.isDuration(f):
	case f.format == "units":
		w.p("dst = wire.AppendDuration(dst, %s)\n", x)
	default:
		w.encodeAs(x, types.Typ[types.Int64], kInt, false)
	}
}

func (w *writer) decodeDuration(x string, f field) {
	switch {
	case f.format == "":
		w.decode(x, f.typ)
	case !w.isDuration(f):
	case f.format == "units":
		w.p("if d.Null() {\n%s = 0\n} else {\nd.DurationV2(&%[1]s)\n}\n", x)
	default:
		w.decodeAs("(*(*int64)(&"+x+"))", types.Typ[types.Int64], kInt)
	}
}

func (w *writer) isDuration(f field) bool {
	if qualified(types.Unalias(f.typ)) == "time.Duration" && (f.format == "units" || f.format == "nano") {
		return true
	}
	w.fail("format:%s on %s is not supported", f.format, f.typ)
	return false
}

// notEmptyV2 returns the condition, if there is one, under which a value may be
// something other than null, "", {} or [], and whether that is left to see when
// it has been written.
func (w *writer) notEmptyV2(x string, t types.Type) (cond string, look bool) {
	switch w.gen.encodeKind(t) {
	case kBool, kInt, kUint, kFloat32, kFloat64, kTime:
		return "", false
	case kString, kBytes, kSlice, kMap:
		return "len(" + x + ") != 0", false
	case kPointer:
		return x + " != nil", true
	}
	return "", true
}

// newFieldV2 reads a tag by v2's stricter rules. inline says that the fields of
// v belong to the struct around it.
func (s *fieldSearch) newFieldV2(v *types.Var, tag string, index []int) (f field, inline bool) {
	f = field{name: v.Name(), index: index, goName: v.Name(), typ: v.Type(), pos: v.Pos()}
	inline = v.Embedded()
	name, opts, more := strings.Cut(tag, ",")
	if name != "" {
		f.name, f.tagged = name, true
	}
	if strings.ContainsAny(name, "\\'\"`-") && (name == "-" || strings.ContainsAny(name, "\\'\"`")) || strings.ContainsFunc(name, unicode.IsControl) {
		s.refuse(v, "the name %q needs quotes in v2, which is not supported", name)
	}
	if more && opts == "" {
		s.refuse(v, "the json tag ends in a comma")
	}
	seen := map[string]bool{}
	for opt := range strings.SplitSeq(opts, ",") {
		key, value, _ := strings.Cut(opt, ":")
		if seen[key] || f.format != "" {
			s.refuse(v, "the option %s stands in the json tag twice, or after format", key)
		}
		seen[key] = true
		switch {
		case opt == "":
			if more && opts != "" {
				s.refuse(v, "an empty option in the json tag")
			}
		case opt == "omitempty":
			f.omitEmpty = true
		case opt == "omitzero":
			f.omitZero = true
		case opt == "string":
			f.quoted = true
		case opt == "case:strict": // as it is
		case opt == "inline":
			inline = true
		case key == "format" && value != "":
			f.format = value
		default:
			s.refuse(v, "the option %s in the json tag is not supported with -v2", opt)
		}
	}
	s.checkInline(v, f, inline)
	return f, inline && !f.tagged
}

func (s *fieldSearch) checkInline(v *types.Var, f field, inline bool) {
	if !inline || v.Embedded() && f.tagged {
		return
	}
	t := types.Unalias(v.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	_, isStruct := t.Underlying().(*types.Struct)
	switch {
	case f.tagged || f.omitEmpty || f.omitZero || f.quoted || f.format != "":
		s.refuse(v, "an inlined field takes no name and no other option")
	case !isStruct:
		s.refuse(v, "%s is inlined or embedded and not a struct: encoding/json/v2 wants a name", v.Name())
	case hasJSONMethods(t):
		s.refuse(v, "%s is inlined or embedded and has JSON or text methods", v.Name())
	}
}

func hasJSONMethods(t types.Type) bool {
	for _, name := range []string{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "AppendText", "MarshalJSONTo", "UnmarshalJSONFrom"} {
		if methodOf(t, name) != nil {
			return true
		}
	}
	return false
}
