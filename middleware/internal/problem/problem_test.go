package problem_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

func TestAnswer(t *testing.T) {
	for _, tt := range []struct {
		status    int
		id, title string
	}{{503, "", "Service Unavailable"}, {429, "a\"b", "Too Many Requests"}, {799, "x", ""}} {
		w := httptest.NewRecorder()
		w.Header().Set("Content-Length", "9")
		w.Header().Set("ETag", "x")
		w.Header().Set("Vary", "Origin")
		problem.Answer(w, tt.status, tt.id)
		var doc struct {
			Type, Title string
			Status      int
			RequestID   string `json:"request_id"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatalf("%s: %v", w.Body, err)
		}
		if w.Code != tt.status || doc.Status != tt.status || doc.Title != tt.title || doc.RequestID != tt.id || doc.Type != "about:blank" {
			t.Errorf("%d %+v, want %+v", w.Code, doc, tt)
		}
		h := w.Header()
		if h.Get("Content-Length") != "" || h.Get("Etag") != "" || h.Get("Vary") != "Origin" || h.Get("Content-Type") != "application/problem+json" {
			t.Errorf("header %v", h)
		}
	}
}
