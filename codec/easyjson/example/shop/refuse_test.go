package shop_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec/internal/gen"
)

func TestRefusals(t *testing.T) {
	for name, want := range map[string]string{
		"Legacy": "legacy.go:9:12: easyjson's UnknownFieldsProxy",
		"Strict": "legacy.go:13:3: easyjson's required option on ID",
	} {
		_, err := gen.Generate(gen.Options{Types: []string{name}, FromEasyJSON: true})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

func TestCommittedFilesAreUpToDate(t *testing.T) {
	res, err := gen.Generate(gen.Options{Types: []string{"Book"}, FromEasyJSON: true, EasyJSON: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(res.More, res.File) {
		checkFile(t, f)
	}
}

// Without -type all marked types are taken, easyjson's as well.
func TestMarks(t *testing.T) {
	res, err := gen.Generate(gen.Options{FromEasyJSON: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Book", "Shelf"} {
		if !strings.Contains(string(res.Source), "(v *"+name+") DecodeJSON(") {
			t.Errorf("%s was not taken", name)
		}
	}
	if _, err := gen.Generate(gen.Options{}); err == nil {
		t.Error("the marks of easyjson were taken unasked")
	}
	if _, err := gen.Generate(gen.Options{Types: []string{"Shelf"}}); err == nil {
		t.Error("a type with easyjson's methods was taken unasked")
	}
}

func checkFile(t *testing.T, f gen.File) {
	t.Helper()
	old, err := os.ReadFile(f.Path)
	if err != nil || !bytes.Equal(old, f.Source) {
		t.Errorf("%s is out of date (%v): run go generate", f.Path, err)
	}
}
