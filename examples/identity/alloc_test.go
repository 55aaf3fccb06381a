//go:build !race

package main

import "testing"

// The race detector allocates on its own account, hence the tag.
func TestCachedSessionAllocatesNothing(t *testing.T) {
	s := service(t)
	registerAda(t, s)
	headers := []string{"Bearer " + loginAda(t, s)}
	check := func() {
		token, _ := bearerToken(headers)
		if _, err := s.Session(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	check()
	if n := testing.AllocsPerRun(1000, check); n != 0 {
		t.Errorf("%v allocations for each check of a cached session, want 0", n)
	}
}
