//go:build linux && !portable

package zerocopy

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// Short neighbours are one address for the kernel, long parts stay where they
// are, and the memory of a Mapping is not even looked at: it may be gone.
func TestShortPartsAreJoined(t *testing.T) {
	long := bytes.Repeat([]byte("long"), 1000)
	m, err := MapBytes([]byte("mapped"))
	if err != nil {
		t.Fatal(err)
	}
	gone := NewBody(m)
	m.Close()
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteString("file")
	many := make([]Part, 3000)
	for i := range many {
		many[i] = String("0123456789")
	}
	for name, tt := range map[string]struct {
		b    *Body
		want []string
	}{
		"between": {NewBody(String("a"), String("b"), Bytes(long), String("c"), Bytes(long), String("d"), String("e")),
			[]string{"ab", string(long), "c", string(long), "de"}},
		"many":      {NewBody(many...), []string{strings.Repeat("0123456789", 3000)}},
		"file":      {NewBody(String("a"), File(f, 0, 4), String("b")), []string{"afile", "b"}},
		"long file": {NewBody(Bytes(long), File(f, 0, 4)), []string{string(long), "file"}},
		"gone file": {NewBody(String("a"), gone, File(f, 0, 4)), []string{"a", "", "file"}},
		"gone":      {NewBody(String("a"), gone, String("b"), String("c")), []string{"a", "", "bc"}},
	} {
		s := getSender(nil)
		cur := tt.b.cursor(0, tt.b.n)
		if err := s.collect(&cur); err != nil {
			t.Error(err)
		}
		if len(s.bufs) != len(tt.want) {
			t.Errorf("%s: %d buffers; want %d", name, len(s.bufs), len(tt.want))
			continue
		}
		for i, p := range s.bufs {
			if want := tt.want[i]; want != "" && string(p) != want {
				t.Errorf("%s: buffer %d has %d bytes; want %d", name, i, len(p), len(want))
			}
			if len(p) == len(long) && unsafe.SliceData(p) != unsafe.SliceData(long) {
				t.Errorf("%s: buffer %d was copied", name, i)
			}
		}
		s.dropScratch()
		s.put()
	}
}
