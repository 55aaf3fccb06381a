package gentest_test

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"path"
	"reflect"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

// suite is github.com/nst/JSONTestSuite's test_parsing, byte for byte: an
// archive, so that no tool mends what is broken in it on purpose. y_ must be
// accepted, n_ refused, i_ is left to the implementation.
func suite(t *testing.T) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader("testdata/JSONTestSuite.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	docs := map[string][]byte{}
	counts := map[string]int{}
	for _, f := range z.File {
		if path.Ext(f.Name) != ".json" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		docs[f.Name], err = io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		counts[f.Name[:2]]++
	}
	if counts["y_"] != 95 || counts["n_"] != 188 || counts["i_"] != 35 {
		t.Fatalf("the archive holds %v", counts)
	}
	return docs
}

func TestSuiteWhole(t *testing.T) {
	for name, doc := range suite(t) {
		var v gentest.Page[any]
		err := codec.Decode(append(append([]byte(`{"first":`), doc...), '}'), &v)
		_, compactErr := codec.Compact(nil, doc)
		accepted := codec.Valid(doc)
		if accepted != (err == nil) && !overflows(name) || accepted != (compactErr == nil) {
			t.Errorf("%s: Valid %v, but into any %v and Compact %v", name, accepted, err, compactErr)
		}
		want := name[0] == 'y'
		if name[0] == 'i' { // as encoding/json has it
			want = json.Valid(doc)
		}
		if accepted != want {
			t.Errorf("%s: accepted %v, want %v", name, accepted, want)
		}
	}
}

// overflows reports whether a document is one of the numbers that are JSON, but
// beyond float64: refused by their target, as encoding/json does.
func overflows(name string) bool {
	return strings.HasPrefix(name, "i_number_")
}

// Every document stands in every field of every generated type, and in a field
// that is skipped.
func TestSuiteTypedAndSkipped(t *testing.T) {
	docs := suite(t)
	if testing.Short() || raceEnabled {
		delete(docs, "n_structure_100000_opening_arrays.json")
		delete(docs, "n_structure_open_array_object.json")
	}
	for _, p := range pairs {
		for _, field := range append(memberNames(reflect.TypeOf(p.theirs()).Elem()), "not a field") {
			for name, doc := range docs {
				member := append(append([]byte(`{"`+field+`":`), doc...), '}')
				checkDecode(t, p, 0, member)
				// What a type's own method refuses ends decoding before the rest is read.
				var refused *codec.ValueError
				err := codec.Decode(member, p.ours())
				malformed := errors.Is(err, codec.ErrSyntax)
				if malformed == json.Valid(member) && !errors.As(err, &refused) || name[0] == 'y' && malformed || name[0] == 'n' && err == nil {
					t.Errorf("%s.%s: %s: %v", p.name(), field, name, err)
				}
			}
		}
	}
}

// memberNames lists the names of a struct's plain fields in JSON.
func memberNames(t reflect.Type) (names []string) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if f.IsExported() && !strings.Contains(name, `"`) {
			names = append(names, name)
		}
	}
	return names
}
