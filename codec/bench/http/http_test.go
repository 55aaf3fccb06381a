package main

import (
	"net/http/httptest"
	"testing"
)

// All ways answer with a body that is the same but for the order of keys.
func TestWaysAgree(t *testing.T) {
	for _, n := range []string{"1", "20"} {
		sizes := map[int]bool{}
		for _, way := range ways {
			h, err := handler(way, n)
			if err != nil {
				t.Fatal(err)
			}
			rec := httptest.NewRecorder()
			h(rec, httptest.NewRequest("GET", "/", nil))
			if rec.Code != 200 || rec.Header().Get("Content-Length") == "" {
				t.Errorf("%s: %d %v", way, rec.Code, rec.Header())
			}
			if way != "easyjson" { // spells two control characters its own way
				sizes[rec.Body.Len()] = true
			}
		}
		if len(sizes) != 1 {
			t.Errorf("sizes of the bodies: %v", sizes)
		}
	}
}
