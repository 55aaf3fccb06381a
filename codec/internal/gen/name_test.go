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
	const want = `{"V":[{"A":1}],"S":[{"B":"b"},{"B":""}],"M":{"m":{"k":{"A":2}}},"E":["x"],"P":{"A":3},"N":{"::1":"::/8"},"L":["1.2.3.4"],"K":{"y":null,"z":["::2"]},"U":[{"X":0.5,"Y":1}],"W":{"w":{"C":5}}} <nil> <nil>`
	checkProgram(t, shadows, false, want)
}

// checkProgram generates for a package main and runs it.
func checkProgram(t *testing.T, source string, v2 bool, want string) {
	t.Helper()
	dir := module(t, map[string]string{"main.go": source})
	res, err := gen.Generate(gen.Options{Dir: dir, V2: v2})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(res.Path, res.Source, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(goRun(t, dir)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Aliases of scalars in types of their own, and the one local that only -v2 has.
const aliases = `package main

import (
	"fmt"

	"github.com/hotpath-go/hotpath/codec"
)

type text = string
type count = int
type list []text
type dict map[text]text
type counts []count
type old struct{ A int }

//codec:json
type T struct {
	L list
	D dict
	C counts
	E []text
	B [2]byte
	O []old
}

func main() {
	var t T
	err := codec.DecodeString(` + "`" + `{"L":["l"],"D":{"d":"e"},"C":[1],"E":["f"],"B":"Z2g=","O":[{"A":2}]}` + "`" + `, &t)
	out, err2 := codec.Marshal(&t)
	fmt.Println(string(out), err, err2)
}
`

func TestAliasesOfScalars(t *testing.T) {
	const want = `{"L":["l"],"D":{"d":"e"},"C":[1],"E":["f"],"B":"Z2g=","O":[{"A":2}]} <nil> <nil>`
	checkProgram(t, aliases, true, want)
	v1 := strings.NewReplacer(`"Z2g="`, `[103,104]`)
	checkProgram(t, v1.Replace(aliases), false, v1.Replace(want))
}
