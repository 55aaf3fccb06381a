package gen

import (
	"cmp"
	"errors"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// field is a struct field as encoding/json sees it, after embedding.
type field struct {
	name      string
	tagged    bool
	index     []int
	steps     []embedding // the embedded structs on the way to it
	goName    string
	typ       types.Type
	omitEmpty bool
	omitZero  bool
	quoted    bool
	format    string // v2
	pos       token.Pos
}

// embedding is one embedded struct on the way to a field.
type embedding struct {
	goName  string
	pointer bool
	private bool
	pkg     *types.Package
	elem    types.Type
}

// level is an embedded struct to be searched, with the way to it.
type level struct {
	typ   types.Type
	index []int
	steps []embedding
}

// fields lists the members of a struct by the rules in encoding/json's
// documentation of Marshal: breadth first, the shallowest wins, then the
// tagged; two that are equal hide each other.
func (p *source) fields(t types.Type) ([]field, error) {
	s := fieldSearch{src: p, visited: map[string]bool{}}
	next := []level{{typ: t}}
	times := map[string]int{}
	for len(next) > 0 && s.err == nil {
		current := next
		s.next, s.times = nil, map[string]int{}
		for _, l := range current {
			if key := qualified(l.typ); !s.visited[key] {
				s.visited[key] = true
				s.scan(l, times[key] > 1)
			}
		}
		next, times = s.next, s.times
	}
	if s.err != nil {
		return nil, s.err
	}
	return dominant(s.found), nil
}

func (s *fieldSearch) refuse(v *types.Var, format string, args ...any) {
	s.err = errors.Join(s.err, s.src.errorf(v.Pos(), format, args...))
}

type fieldSearch struct {
	src     *source
	visited map[string]bool
	found   []field
	next    []level
	times   map[string]int
	err     error
}

// scan collects the fields of one struct. A struct embedded twice at one depth
// yields each field twice, so that they hide each other.
func (s *fieldSearch) scan(l level, twice bool) {
	st, ok := l.typ.Underlying().(*types.Struct)
	if !ok {
		return
	}
	first, useful := len(s.found), st.NumFields() == 0
	for i := range st.NumFields() {
		v := st.Field(i)
		tag := reflect.StructTag(st.Tag(i)).Get("json")
		useful = useful || st.Tag(i) != "" || visible(v)
		if s.src.v2 && tag != "-" && !v.Exported() && !v.Embedded() && st.Tag(i) != "" && tag != "" {
			s.refuse(v, "unexported field %s has a json tag", v.Name())
		}
		if tag == "-" || !visible(v) {
			continue
		}
		if s.src.fromEasy {
			s.err = errors.Join(s.err, s.src.easyjsonOnly(v, tag))
		}
		index := append(slices.Clone(l.index), i)
		var f field
		inline := v.Embedded()
		if s.src.v2 {
			f, inline = s.newFieldV2(v, tag, index)
		} else {
			f = newField(v, tag, index)
		}
		f.steps = l.steps
		elem := v.Type()
		ptr, isPointer := types.Unalias(elem).(*types.Pointer)
		if isPointer {
			elem = ptr.Elem()
		}
		if _, isStruct := elem.Underlying().(*types.Struct); !inline || f.tagged || !isStruct {
			if s.src.v2 && slices.ContainsFunc(s.found[first:], func(g field) bool { return g.name == f.name }) {
				s.refuse(v, "two fields of one struct are named %q", f.name)
			}
			s.found = append(s.found, f)
			if twice {
				s.found = append(s.found, f)
			}
			continue
		}
		s.embed(elem, f.index, l.steps, embedding{v.Name(), isPointer, !v.Exported(), v.Pkg(), elem})
	}
	if s.src.v2 && !useful {
		s.refuse(st.Field(0), "%s has no exported fields, which encoding/json/v2 refuses", l.typ)
	}
}

func (s *fieldSearch) embed(t types.Type, index []int, steps []embedding, e embedding) {
	key := qualified(t)
	if s.times[key]++; s.times[key] == 1 {
		s.next = append(s.next, level{t, index, append(slices.Clone(steps), e)})
	}
}

// easyjsonOnly refuses what easyjson does and encoding/json does not know. Its
// nocopy and intern change no JSON.
func (p *source) easyjsonOnly(v *types.Var, tag string) error {
	if slices.Contains(strings.Split(tag, ",")[1:], "required") {
		return p.errorf(v.Pos(), "easyjson's required option on %s has no counterpart: check the value after decoding", v.Name())
	}
	if qualified(v.Type()) == "github.com/mailru/easyjson.UnknownFieldsProxy" {
		return p.errorf(v.Pos(), "easyjson's UnknownFieldsProxy has no counterpart: use a map, or json.RawMessage")
	}
	return nil
}

// visible leaves out unexported fields, but not unexported embedded structs,
// which may have exported fields.
func visible(v *types.Var) bool {
	if v.Exported() {
		return true
	}
	if !v.Embedded() {
		return false
	}
	t := types.Unalias(v.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	_, isStruct := t.Underlying().(*types.Struct)
	return isStruct
}

func newField(v *types.Var, tag string, index []int) field {
	name, opts, _ := strings.Cut(tag, ",")
	if !validName(name) {
		name = ""
	}
	f := field{name: name, tagged: name != "", index: index, goName: v.Name(), typ: v.Type(), pos: v.Pos()}
	if name == "" {
		f.name = v.Name()
	}
	for opt := range strings.SplitSeq(opts, ",") {
		switch opt {
		case "omitempty":
			f.omitEmpty = true
		case "omitzero":
			f.omitZero = true
		case "string":
			f.quoted = quotable(v.Type())
		}
	}
	return f
}

// quotable reports whether the string option applies: to scalars, and to
// pointers to them.
func quotable(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if _, open := types.Unalias(t).(*types.TypeParam); open {
		return true // refused when it is written
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && basicKind(b) != kBad
}

// validName is encoding/json's rule for names in tags.
func validName(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return s != ""
}

// dominant keeps for each name the field that wins, if one does, and restores
// the order of declaration.
func dominant(found []field) []field {
	byName := map[string][]field{}
	for _, f := range found {
		byName[f.name] = append(byName[f.name], f)
	}
	var out []field
	for _, fs := range byName {
		slices.SortStableFunc(fs, rank)
		if len(fs) == 1 || rank(fs[0], fs[1]) != 0 {
			out = append(out, fs[0])
		}
	}
	slices.SortFunc(out, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return out
}

// rank orders fields of one name: shallow before deep, tagged before untagged.
func rank(a, b field) int {
	if c := cmp.Compare(len(a.index), len(b.index)); c != 0 || a.tagged == b.tagged {
		return c
	}
	if a.tagged {
		return -1
	}
	return 1
}
