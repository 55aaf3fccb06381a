package keepalive

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// delegated is a request on net/http's connections. Beyond what net/http
// repeats itself it is repeated, by the rules of again, where the kernel says
// that the peer cannot have seen it, where its method is idempotent though
// net/http does not count it as such (PUT, DELETE), and where we closed its
// connection for having been idle too long.
type delegated struct {
	t    *Transport
	req  *http.Request // the caller's
	next *http.Request // what is sent
	body *wire.Body    // nil, or next's body: one that only we can repeat
}

func (t *Transport) delegate(req *http.Request) (*http.Response, error) {
	d := &delegated{t: t, req: req, next: req}
	if hasBody(req) && req.GetBody == nil && req.URL != nil && req.URL.Scheme == "https" { // without TLS it may be sendfile's
		d.body = wire.NewBody(req)
		d.send(d.body)
		defer d.body.Settle()
	}
	for try := 0; ; try++ {
		resp, u, err := t.turn(d.next, d.body, try >= staleTries)
		if resp != nil {
			resp.Request = req
		}
		if err == nil || u.track == nil || req.Context().Err() != nil || !u.shut.Load() && !stale(err) {
			return resp, err
		}
		if err := d.again(u, err, try); err != nil {
			return nil, err
		}
	}
}

func (d *delegated) send(body io.ReadCloser) {
	next := *d.req
	next.Body = body
	d.next = &next
}

// again decides about a request whose connection failed: nil means once more.
func (d *delegated) again(u *turn, err error, try int) error {
	tally, e := u.track.tally, u.failure(err)
	switch {
	case u.shut.Load():
	case e.Idle > 0:
		u.track.habit.saw(e.Idle, true, 0, time.Now()) // met in the moment itself
	case d.t.backends != nil && e.Requests < 2:
		d.t.backends.leavesFrom(u.track.addr)
	}
	switch {
	case try+1 >= staleTries+freshTries || e.Seen == Unknown && e.Requests < 2 && !d.t.elsewhere():
		return e
	case e.Seen == Unknown && !repeatable(d.req):
		tally.refused.Add(1)
		return e
	}
	if rerr := d.rewind(); rerr != nil {
		tally.refused.Add(1)
		e.body = rerr
		return e
	}
	switch {
	case e.Seen == Unknown:
		tally.idempotent.Add(1)
	case !u.shut.Load():
		tally.proven.Add(1)
	}
	return rest(d.req.Context(), try+1)
}

func (d *delegated) rewind() error {
	switch ctx := d.req.Context(); {
	case !hasBody(d.req):
		return nil
	case d.body != nil:
		if !d.body.Wait(ctx.Done()) {
			return context.Cause(ctx)
		}
		return d.body.Rewind()
	case d.req.GetBody == nil:
		return errBody
	}
	body, err := d.req.GetBody()
	if err == nil {
		d.send(body)
	}
	return err
}

var errBody = errors.New("the body cannot be sent again")

// turn sends req once by net/http's reckoning; fresh means on a connection that
// nobody has used, which then is not kept.
func (t *Transport) turn(req *http.Request, body *wire.Body, fresh bool) (*http.Response, *turn, error) {
	l, first := t.lanes.enter(t.origin(req))
	defer l.leave()
	l.wait(req.Context(), first)
	rt := l.rt
	if fresh {
		rt = t.lanes.make(l)
		rt.DisableKeepAlives = true
	}
	u := &turn{t: t, lane: l, body: body}
	u.trace.GotConn = u.gotConn
	u.trace.PutIdleConn = u.putIdleConn
	u.req = req.WithContext(httptrace.WithClientTrace(req.Context(), &u.trace))
	if hasBody(req) {
		// net/http copies a request that has a body before it picks the
		// connection, so Close would come too late: only the header map is
		// shared with that copy. It must be ours to be written to.
		u.req.Header = maps.Clone(req.Header)
	}
	if body != nil {
		body.Started()
	}
	resp, err := rt.RoundTrip(u.req)
	if resp != nil && u.track != nil {
		u.track.habit.answered(resp.Header, u.idle)
	}
	return resp, u, err
}

// stale reports the errors of a connection that ended under its request. It is
// net.ErrClosed where net/http's reader found the end first and closed the
// connection under the writer of a body.
func stale(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ETIMEDOUT) ||
		strings.HasSuffix(err.Error(), "server closed idle connection")
}

func (u *turn) failure(err error) *ConnError {
	tr := u.track
	e := &ConnError{Addr: tr.addr, Age: time.Since(tr.born), Idle: u.idle, Requests: int(tr.turns.Load()), Err: err, Seen: Unsent}
	if !u.shut.Load() {
		e.Seen = tr.seen(u.start)
	}
	return e
}
