package wire

import (
	"slices"
	"testing"
)

// What is kept for the next map holds no key of the last one, and large arrays go.
func TestKeyListsForget(t *testing.T) {
	if keys, list := KeyRoom(make([]string, 0, 16), 16); list != nil || cap(keys) != 16 {
		t.Errorf("KeyRoom gives %d and a list where there is room for 16", cap(keys))
	}
	for _, n := range []int{17, 300, 20, maxEntries, maxEntries + 1} {
		keys, list := KeyRoom(nil, n)
		if len(keys) != 0 || cap(keys) < n {
			t.Fatalf("room for %d: %d keys of %d", n, len(keys), cap(keys))
		}
		for range n {
			keys = append(keys, "a user's key")
		}
		list.Release()
		kept := list.keys[:cap(list.keys)]
		if forgotten := !slices.ContainsFunc(kept, func(k string) bool { return k != "" }); forgotten != (n <= maxEntries) {
			t.Errorf("%d keys forgotten: %v", n, forgotten)
		}
	}
}
