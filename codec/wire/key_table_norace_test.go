//go:build !race

package wire_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

// A key that comes again is one string, and a pooled Decoder keeps no more of it
// than the key itself. Not under the race detector, whose sync.Pool drops Decoders at random.
func TestKeysAreShared(t *testing.T) {
	doc := []byte(`{"by_key":{"shared_key":"x","":"empty","` + strings.Repeat("k", 40) + `":"long"}}`)
	key := func() string {
		var v gentest.Page[string]
		if err := codec.Decode(doc, &v); err != nil {
			t.Fatal(err)
		}
		if len(v.ByKey) != 3 || v.ByKey[strings.Repeat("k", 40)] != "long" || v.ByKey[""] != "empty" {
			t.Fatalf("decoded %v", v.ByKey)
		}
		for k := range v.ByKey {
			if k == "shared_key" {
				return k
			}
		}
		return ""
	}
	seen := map[*byte]int{}
	const times = 50
	for range times {
		seen[unsafe.StringData(key())]++
	}
	if len(seen) > times/2 {
		t.Errorf("one key came as %d strings in %d documents", len(seen), times)
	}
}
