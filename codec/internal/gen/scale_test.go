package gen_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec/internal/gen"
)

// manyStructs is a package of n structs that use each other.
func manyStructs(n int) string {
	var b strings.Builder
	b.WriteString("package m\n\nimport \"time\"\n")
	for i := range n {
		fmt.Fprintf(&b, "\n//codec:json\ntype S%d struct {\n\tID int64 `json:\"id\"`\n\tName string `json:\"name,omitempty\"`\n\tTags []string `json:\"tags\"`\n"+
			"\tAt time.Time `json:\"at\"`\n\tPrice *float64 `json:\"price,omitempty\"`\n\tBy map[string]int `json:\"by\"`\n\tNext []S%d `json:\"next\"`\n\tIn struct{ A, B string } `json:\"in\"`\n}\n", i, (i+1)%n)
	}
	return b.String()
}

// The bar is 2 s on an idle machine, which BenchmarkFiveHundredStructs shows;
// the bound here is for a machine that does other things, and for a generator
// whose effort grows with the square of its input.
func TestFiveHundredStructs(t *testing.T) {
	n := 500
	if testing.Short() {
		n = 50
	}
	dir := module(t, map[string]string{"types.go": manyStructs(n)})
	start := time.Now()
	res, err := gen.Generate(gen.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("%d structs took %v", n, took)
	}
	if got := strings.Count(string(res.Source), ") DecodeJSON("); got != n {
		t.Errorf("%d types have methods, want %d", got, n)
	}
}

func BenchmarkFiveHundredStructs(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(dir+"/go.mod", []byte("module example.com/m\n\ngo 1.26.0\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(dir+"/types.go", []byte(manyStructs(500)), 0o644); err != nil {
		b.Fatal(err)
	}
	b.Setenv("GOWORK", "off")
	for b.Loop() {
		if _, err := gen.Generate(gen.Options{Dir: dir}); err != nil {
			b.Fatal(err)
		}
	}
}
