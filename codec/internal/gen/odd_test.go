package gen_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec/internal/gen"
)

// generate writes what comes of o into the module at dir.
func generate(t *testing.T, dir string, o gen.Options) {
	t.Helper()
	o.Dir = dir
	res, err := gen.Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append([]gen.File{res.File}, res.More...) {
		if err := os.WriteFile(f.Path, f.Source, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// build compiles every package of the module, and the generated files with them.
func build(t *testing.T, dir string, env ...string) {
	t.Helper()
	cmd := exec.Command("go", "build", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go build %v: %v\n%s", env, err, out)
	}
}

// Legal packages whose names are those of generated code.
func TestOddNames(t *testing.T) {
	decls := map[string]string{
		"tables":  "type T struct{ X struct{ Y int } }\n\ntype T2 struct{ A int }\n\ntype T21 struct{ T, U T2 }",
		"locals":  "type v struct{ A int }\n\ntype d struct{ C *d }\n\ntype dst []d\n\ntype err map[string]v\n\ntype l1 string\n\ntype T struct {\n\tP v\n\tQ *d\n\tW dst\n\tE err\n\tM map[l1]map[l1]int\n}",
		"runtime": "type wire struct{ A int }\n\ntype codecwire struct{ B int }\n\ntype T struct {\n\tP wire\n\tQ *wire\n\tR []codecwire\n}",
		"field":   "type U struct {\n\tDecodeJSON int\n\tUnmarshalJSON string\n}\n\ntype T struct{ U U }",
		"any":     "type any struct{ X int }\n\nfunc max() int { return 1 }\n\ntype T struct {\n\tP any\n\tQ []any\n\tI interface{}\n}",
		"open":    "type T[K comparable, E any] struct {\n\tX struct{ K K } `json:\",omitzero\"`\n\tY struct{ E E } `json:\",omitzero\"`\n}",
		"blank":   "type T[_ interface{ ~int }, A comparable] struct{ P A }",
	}
	files := map[string]string{}
	for name, decl := range decls {
		files[name+"/types.go"] = "package p\n\n" + decl + "\n"
	}
	dir := module(t, files)
	for name := range decls {
		types := []string{"T"}
		if name == "tables" {
			types = append(types, "T2", "T21")
		}
		generate(t, dir, gen.Options{Pattern: "./" + name, Types: types, JSONv2: true})
	}
	build(t, dir)
}

func TestRefusedNames(t *testing.T) {
	for _, tc := range []struct{ decl, want string }{
		{"func new() int { return 1 }\n\ntype T struct{ P *int }", "types.go:3:6: generated code needs the predeclared new"},
		{"var len = 3\n\ntype T struct{ P []int `json:\",omitempty\"` }", "types.go:3:5: generated code needs the predeclared len"},
		{"type error struct{ A int }\n\ntype T struct{ P error }", "predeclared error"},
		{"type int64 string\n\ntype T struct{ I int }", "predeclared int64"},
		{"type T[v any] struct{ P v }", "name of the type parameter v"},
		{"type T[wire any] struct{ P []wire }", "name of the type parameter wire"},
		{"type T[string any] struct{ P string }", "name of the type parameter string"},
		{"type T struct{ MarshalJSON int }", "types.go:3:16: the field MarshalJSON has the name of a method"},
		{"type T struct{ AppendJSONDepth int }", "the field AppendJSONDepth has the name of a method"},
	} {
		dir := module(t, map[string]string{"types.go": "package m\n\n" + tc.decl + "\n"})
		_, err := gen.Generate(gen.Options{Dir: dir, Types: []string{"T"}})
		var at *gen.Error
		if err == nil || !strings.Contains(err.Error(), tc.want) || !errors.As(err, &at) {
			t.Errorf("%s: error %v, want %s", tc.decl, err, tc.want)
		}
	}
}

// Named types of every kind that the runtime has a method of its own for.
func TestTypesThatAreNoStructs(t *testing.T) {
	var decl strings.Builder
	decl.WriteString("package m\n\n")
	var names []string
	for i, of := range []string{"int", "string", "bool", "float32", "uintptr", "rune", "[]string", "[]int", "[]int64", "[]float64", "[]byte", "map[string]string", "map[int]bool", "[3]int"} {
		names = append(names, string(rune('A'+i)))
		decl.WriteString("type " + names[i] + " " + of + "\n\n")
	}
	for _, v2 := range []bool{false, true} {
		dir := module(t, map[string]string{"types.go": decl.String()})
		generate(t, dir, gen.Options{Types: names, V2: v2})
		build(t, dir)
	}
}

// A file of methods is built where its types are, and nowhere else.
func TestBuildConstraints(t *testing.T) {
	dir := module(t, map[string]string{
		"a/types_linux_amd64.go": "//go:build !special\n\npackage a\n\ntype T struct{ U U }\n",
		"a/other.go":             "//go:build special || !special\n\npackage a\n\ntype U struct{ B int }\n",
		"b/linux.go":             "package b\n\ntype T struct{ A int }\n",
		"b/amd64_linux.go":       "package b\n\ntype L struct{ A int }\n",
		"b/unix_name.go":         "package b\n\ntype N struct{ A int }\n",
		"b/w_linux.go":           "package b\n\ntype W struct {\n\tN\n\tC chan int\n}\n",
		"d/cgo.go":               "package d\n\nimport \"C\"\n\ntype T struct{ A int }\n",
	})
	t.Setenv("GOOS", "linux")
	t.Setenv("GOARCH", "amd64")
	generate(t, dir, gen.Options{Pattern: "./a", Types: []string{"T"}, JSONv2: true})
	generate(t, dir, gen.Options{Pattern: "./b", Types: []string{"T"}, Output: "t_codec.go"})
	generate(t, dir, gen.Options{Pattern: "./b", Types: []string{"L"}, Output: "l_codec.go"})
	generate(t, dir, gen.Options{Pattern: "./b", Types: []string{"N"}, Output: "n_codec.go"})
	t.Setenv("CGO_ENABLED", "1")
	generate(t, dir, gen.Options{Pattern: "./d", Types: []string{"T"}})
	t.Setenv("CGO_ENABLED", "0")
	for name, want := range map[string]string{
		"d/cgo_codec.go":                      "//go:build cgo\n\npackage",
		"a/types_linux_amd64_codec.go":        "//go:build !special && linux && amd64 && (special || !special)\n\npackage",
		"a/types_linux_amd64_codec_jsonv2.go": "//go:build goexperiment.jsonv2 && !special && linux && amd64 && (special || !special)\n\npackage",
		"b/t_codec.go":                        "DO NOT EDIT.\n\npackage",
		"b/l_codec.go":                        "//go:build linux\n\npackage",
		"b/n_codec.go":                        "DO NOT EDIT.\n\npackage",
	} {
		src, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(src), want) {
			t.Errorf("%s: %v, want %q in\n%.200s", name, err, want, src)
		}
	}
	build(t, dir, "GOOS=windows")
	build(t, dir, "GOOS=linux", "GOARCH=arm64")
}

// Methods that an embedded type of another package lends are not the type's own.
func TestLentMethods(t *testing.T) {
	dir := module(t, map[string]string{
		"a/a.go": "package a\n\ntype Inner struct{ A int }\n\ntype hidden struct{ H int }\n\ntype Shown struct {\n\thidden\n\tQ int\n}\n",
		"a/own.go": "package a\n\nimport \"fmt\"\n\ntype Own struct {\n\tX int\n\tInner\n}\n\nfunc (o Own) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `{\"x\":%d}`, o.X), nil }\n\n" +
			"func (o *Own) UnmarshalJSON(b []byte) error {\n\to.X = len(b)\n\treturn nil\n}\n",
		"c/c.go": "package c\n\nimport \"example.com/m/a\"\n\ntype Lent struct {\n\tX int\n\ta.Inner\n}\n",
		"main.go": "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/m/a\"\n\t\"example.com/m/c\"\n\t\"github.com/hotpath-go/hotpath/codec\"\n)\n\ntype M struct {\n\tO a.Own\n\tP *a.Own\n\tL *c.Lent\n\tS map[string]a.Shown\n}\n\n" +
			"func main() {\n\tm := M{O: a.Own{X: 7}, S: map[string]a.Shown{\"s\": {Q: 1}}}\n\tout, err := codec.Marshal(&m)\n\tfmt.Println(string(out), err)\n" +
			"\terr = codec.DecodeString(`{\"O\":{\"A\":1},\"L\":{\"A\":2,\"X\":3}}`, &m)\n\tfmt.Println(m.O, *m.L, err)\n}\n",
	})
	generate(t, dir, gen.Options{Pattern: "./a", Types: []string{"Inner", "Shown"}})
	generate(t, dir, gen.Options{Types: []string{"M"}})
	want := `{"O":{"x":7},"P":null,"L":null,"S":{"s":{"H":0,"Q":1}}} <nil>` + "\n{7 {0}} {0 {2}} <nil>\n"
	if got := goRun(t, dir); got != want {
		t.Errorf("program printed %s, want %s", got, want)
	}
}

func TestOutputNames(t *testing.T) {
	dir := module(t, map[string]string{"types.go": "package m\n\ntype T struct{}\n"})
	for _, name := range []string{"x/y.go", "../y.go", "y", "y.txt"} {
		if _, err := gen.Generate(gen.Options{Dir: dir, Types: []string{"T"}, Output: name}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("output %s: %v", name, err)
		}
	}
}
