//go:build 386 || arm

package zerocopy_test

import (
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A length that an int cannot hold must not become a short one.
func TestMapOfMoreThanThereAreAddresses(t *testing.T) {
	f := tempFile(t, nil)
	for _, size := range []int64{1<<31 - 1, 1 << 31, 1<<32 + 5} {
		if err := f.Truncate(size); err != nil {
			t.Fatal(err)
		}
		if m, err := zerocopy.Map(f); err == nil {
			t.Errorf("%d bytes: mapped %d", size, m.Len())
		}
	}
}
