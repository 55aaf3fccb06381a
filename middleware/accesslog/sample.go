package accesslog

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
)

// A Sample is a value. It says which requests may be left out of the log. Requests that failed always have a line: those with a status from 400 on,
// without a status, hijacked or aborted.
type Sample struct {
	// Every is how many others stand behind one line, which says so as "sample". They are chosen by chance. Zero means that every
	// request has a line.
	Every int
	// Slow is how long a request takes that has a line in any case. Zero means that slow ones are as others.
	Slow time.Duration
}

// of returns how many requests the line of x stands for, 0 if it has none.
func (s *Sample) of(x *middleware.Exchange) int {
	if s.Every <= 1 || s.Slow > 0 && x.Took() >= s.Slow {
		return 1
	}
	if status := x.Status(); status == 0 || status >= http.StatusBadRequest || !x.Returned || x.Record.Hijacked() {
		return 1
	}
	if rand.IntN(s.Every) > 0 {
		return 0
	}
	return s.Every
}
