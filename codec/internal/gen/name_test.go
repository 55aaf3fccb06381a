package gen_test

import (
	"os"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec/internal/gen"
)

// Types that have the names of locals of the methods, and of packages that the
// generated file does not import.
const shadows = `package main

import (
	"fmt"
	"net/netip"

	"github.com/hotpath-go/hotpath/codec"
)

type v struct{ A int }
type s1 struct{ B string }
type e2 map[k3]v
type k3 string
type err []string
type wire struct{ C int }

//codec:json
type T struct {
	V []v
	S []s1
	M map[string]e2
	E err
	P *v
	N map[netip.Addr]*netip.Prefix
	L []netip.Addr
	K map[k3][]netip.Addr
	U []struct{ X, Y float64 }
	W map[string]*wire
}

func main() {
	const text = ` + "`" + `{"V":[{"A":1}],"S":[{"B":"b"},{"B":""}],"M":{"m":{"k":{"A":2}}},"E":["x"],"P":{"A":3},"N":{"::1":"::/8"},"L":["1.2.3.4"],"K":{"z":["::2"],"y":null},"U":[{"X":0.5,"Y":1}],"W":{"w":{"C":5}}}` + "`" + `
	var t T
	err := codec.DecodeString(text, &t)
	out, err2 := codec.Marshal(&t)
	fmt.Println(string(out), err, err2)
}
`

func TestTypesNamedLikeLocals(t *testing.T) {
	dir := module(t, map[string]string{"main.go": shadows})
	res, err := gen.Generate(gen.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(res.Path, res.Source, 0o644); err != nil {
		t.Fatal(err)
	}
	const want = `{"V":[{"A":1}],"S":[{"B":"b"},{"B":""}],"M":{"m":{"k":{"A":2}}},"E":["x"],"P":{"A":3},"N":{"::1":"::/8"},"L":["1.2.3.4"],"K":{"y":null,"z":["::2"]},"U":[{"X":0.5,"Y":1}],"W":{"w":{"C":5}}} <nil> <nil>`
	if got := strings.TrimSpace(goRun(t, dir)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
