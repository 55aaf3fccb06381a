package zerocopy

import "testing"

// A content that nobody holds is closed: it must not be lent again.
func TestReleasedContentIsNotLent(t *testing.T) {
	e, c := &entry{}, &content{}
	c.refs.Store(1)
	e.live.Store(c)
	if e.acquire() != c || c.refs.Load() != 2 {
		t.Fatal("not lent while the cache holds it")
	}
	c.release()
	c.release() // as if it were dropped between the two steps of acquire
	if got := e.acquire(); got != nil {
		t.Error("lent after the last release")
	}
}
