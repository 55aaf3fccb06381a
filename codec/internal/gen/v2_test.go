package gen_test

import (
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec/internal/gen"
)

// What -v2 does not do as encoding/json/v2 would is refused, each at its place.
func TestV2Refusals(t *testing.T) {
	for _, tc := range []struct{ field, want string }{
		{"F time.Duration", "types.go:10:2: encoding/json/v2 has no default representation of time.Duration"},
		{"F time.Duration `json:\",format:iso8601\"`", "format:iso8601 on time.Duration is not supported"},
		{"F int `json:\",format:units\"`", "format:units on int is not supported"},
		{"F interface{ M() }", "only any is supported among interfaces"},
		{"F map[netip.Addr]int", "has text methods, which is not supported with -v2"},
		{"F map[string]any `json:\",inline\"`", "not a struct"},
		{"F map[string]any `json:\",unknown\"`", "option unknown"},
		{"F int `json:\"f,case:ignore\"`", "option case:ignore"},
		{"F int `json:\"'f'\"`", "needs quotes"},
		{"F int `json:\"f,\"`", "ends in a comma"},
		{"F int `json:\",omitempty,omitempty\"`", "twice"},
		{"F any `json:\",string\"`", "string option reaches into any"},
		{"f int `json:\"f\"`", "unexported field f has a json tag"},
		{"f int", "no exported fields"},
		{"A int `json:\"x\"`\nB int `json:\"x\"`", "two fields of one struct are named"},
		{"time.Time", "T already has MarshalJSON"},
		{"Plain", "not a struct"},
		{"F S `json:\"s,inline\"`", "takes no name"},
		{"F chan int", "cannot be encoded"},
	} {
		dir := module(t, map[string]string{"types.go": "package m\n\nimport (\n\"net/netip\"\n\"time\"\n)\n\ntype Plain int\ntype T struct {\n\t" + tc.field + "\n}\ntype S struct{ X int }\nvar _ netip.Addr\nvar _ time.Time\n"})
		res, err := gen.Generate(gen.Options{Dir: dir, Types: []string{"T"}, V2: true})
		if err == nil {
			t.Errorf("%s: no error, but\n%s", tc.field, res.Source)
		} else if !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "types.go:") {
			t.Errorf("%s: error %v, want %s", tc.field, err, tc.want)
		}
	}
}

func TestV2Generics(t *testing.T) {
	dir := module(t, map[string]string{"types.go": "package m\n\ntype T[E any] struct{ F E }\n"})
	if _, err := gen.Generate(gen.Options{Dir: dir, Types: []string{"T"}, V2: true}); err == nil || !strings.Contains(err.Error(), "no type parameters") {
		t.Errorf("a type parameter under -v2: %v", err)
	}
}
