package pool_test

import (
	"strings"
	"testing"
)

// mustPanic runs f and checks that it panics with a message that names the
// culprit and a cure.
func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		var text string
		switch v := recover().(type) {
		case nil:
			t.Fatalf("no panic, want one about %q", want)
		case error:
			text = v.Error()
		case string:
			text = v
		}
		if !strings.HasPrefix(text, "pool: ") || !strings.Contains(text, want) || !strings.Contains(text, "; ") {
			t.Fatalf("panic %q, want prefix \"pool: \", %q and a cure after \"; \"", text, want)
		}
	}()
	f()
}

type session struct {
	user   string
	resets int
}

func (s *session) Reset() { s.user = ""; s.resets++ }
