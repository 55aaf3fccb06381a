//go:build pooldebug

package pooltest_test

import (
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
	"github.com/hotpath-go/hotpath/pool/pooltest"
)

func TestVerifyNoneFindsLateWrites(t *testing.T) {
	var mem pool.Bytes
	r := &recorder{TB: t}
	pooltest.VerifyNone(r, &mem)
	b := mem.Get(10)
	mem.Put(b)
	b[0] = 1
	if got := r.finish(); len(got) != 1 || !strings.Contains(got[0], "written to after") {
		t.Errorf("got %q", got)
	}
}
