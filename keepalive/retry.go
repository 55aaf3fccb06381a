package keepalive

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// A request that found so many kept connections closed asks for one that is
// opened for it, so that no number of stale ones, however unlucky their
// instants, makes it fail. What closes new connections too is no stale pool but
// a server that refuses: it gets a few, with a pause that grows in between.
const (
	staleTries = 3
	freshTries = 3
	freshPause = 10 * time.Millisecond
)

// rest is the pause before a try. The context's end ends it.
func rest(ctx context.Context, try int) error {
	n := try - staleTries
	if n <= 0 {
		return nil
	}
	pause := freshPause << (2 * (n - 1))
	select {
	case <-time.After(pause/2 + rand.N(pause/2)):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// again decides about a request whose connection failed: nil means once more.
//
//   - Nothing of it was given to the kernel, or the peer had ended its side
//     before a byte of it could arrive: no one has acted on it.
//   - Doing it twice is the same as once, and it is likely to go well then: the
//     connection had carried a request before, so perhaps only that was stale,
//     or there is another backend.
//
// A bare reset proves nothing, whatever was acknowledged: a server that reads
// the request and resets before its delayed ACK leaves the same trace.
func (t *Transport) again(req *http.Request, out *wire.Outgoing, l *link, err error, try int, reused bool, idle time.Duration) error {
	var f *wire.Failure
	if !errors.As(err, &f) {
		return err // the context's, or the caller's own
	}
	e := &ConnError{
		Addr: text(l.NetConn().RemoteAddr()), Age: time.Since(l.born), Idle: idle,
		Requests: l.served, Sent: f.Sent, Seen: Evidence(f.Seen), Err: f.Err,
	}
	proven := f.Seen != wire.Unknown
	switch {
	case f.Answered || f.Closed():
	case reused:
		l.habit.saw(idle, true, 0, time.Now()) // met in the moment itself
	default:
		l.origin.leaves(l.at)
	}
	switch {
	case try+1 >= staleTries+freshTries || f.Answered:
		return e
	case f.Closed():
		l.tally.found.Add(1)
		if reused {
			l.habit.saw(idle, true, f.Ago, time.Now())
		}
		return rest(out.Context(), try+1) // its body was not touched
	case !proven && !((reused || t.elsewhere()) && repeatable(req)):
		l.tally.refused.Add(1)
		return e
	}
	ctx := out.Context()
	if !f.Wait(ctx.Done()) {
		return context.Cause(ctx)
	}
	if rerr := out.Rewind(); rerr != nil {
		l.tally.refused.Add(1)
		e.body = rerr
		return e
	}
	if proven {
		l.tally.proven.Add(1)
	} else {
		l.tally.idempotent.Add(1)
	}
	return rest(ctx, try+1)
}

// elsewhere reports whether another backend may serve what one has not: the
// connections of a server that shuts down end without an answer, new ones too.
func (t *Transport) elsewhere() bool { return t.backends != nil && len(t.backends.names.fixed) > 1 }

// repeatable: RFC 9110 §9.2.2, and net/http's keys for the others.
func repeatable(req *http.Request) bool {
	switch req.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	_, key := req.Header["Idempotency-Key"]
	_, xkey := req.Header["X-Idempotency-Key"]
	return key || xkey
}
