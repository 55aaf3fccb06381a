package wire

import (
	"errors"
	"testing"
)

// What is pooled holds nothing of a user's after an error has ended things early.
func TestPoolsForget(t *testing.T) {
	d := getDecoder([]byte(`["a","b",{"c":"d"},x`), Policy{})
	var v any
	d.Any(&v)
	if d.finish() == nil {
		t.Fatal("no error")
	}
	d.release()
	for _, m := range d.members[:cap(d.members)] {
		if m.key != "" || m.val != nil {
			t.Errorf("the pool keeps %q, %v", m.key, m.val)
		}
	}

	w := &anyWriter{set: &escapeHTML}
	_, err := w.value(nil, map[string]any{"a": "b", "c": failing{}}, 0)
	if !errors.Is(err, errFailing) || len(w.entries) == 0 {
		t.Fatalf("%v, %d entries", err, len(w.entries))
	}
	w.release()
	for _, e := range w.entries[:cap(w.entries)] {
		if e.key != "" || e.val != nil {
			t.Errorf("the pool keeps %q, %v", e.key, e.val)
		}
	}
}

var errFailing = errors.New("failing")

type failing struct{}

func (failing) AppendJSON(dst []byte) ([]byte, error) { return dst, errFailing }
