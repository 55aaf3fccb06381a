package keepalive

import (
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"time"
)

// delegate is a request on net/http's connections. Beyond what net/http repeats
// itself it repeats, once, the methods that are idempotent and that net/http
// does not count as such (PUT, DELETE), and requests for which we closed a
// connection that was new but too long idle.
func (t *Transport) delegate(req *http.Request) (*http.Response, error) {
	resp, u, err := t.turn(req)
	if err == nil || u.track == nil || req.Context().Err() != nil || !u.shut && !stale(err) {
		return resp, err
	}
	tr, e := u.track, u.failure(err)
	switch {
	case u.shut: // nothing was sent
		e.Seen = Unsent
	case e.Requests < 2:
		return nil, e
	case !repeatable(req) || hasBody(req) && req.GetBody == nil:
		tr.tally.refused.Add(1)
		return nil, e
	default:
		tr.tally.idempotent.Add(1)
	}
	again := *req
	if hasBody(req) {
		if req.GetBody == nil {
			return nil, e
		}
		if again.Body, err = req.GetBody(); err != nil {
			e.body = err
			return nil, e
		}
	}
	if resp, _, err = t.turn(&again); resp != nil {
		resp.Request = req
	}
	return resp, err
}

func (t *Transport) turn(req *http.Request) (*http.Response, *turn, error) {
	l, first := t.lanes.enter(t.origin(req))
	defer l.leave()
	l.wait(req.Context(), first)
	u := &turn{t: t, lane: l}
	u.trace.GotConn = u.gotConn
	u.trace.PutIdleConn = u.putIdleConn
	u.req = req.WithContext(httptrace.WithClientTrace(req.Context(), &u.trace))
	if hasBody(req) {
		// net/http copies a request that has a body before it picks the
		// connection, so Close would come too late: only the header map is
		// shared with that copy. It must be ours to be written to.
		u.req.Header = maps.Clone(req.Header)
	}
	resp, err := l.rt.RoundTrip(u.req)
	if resp != nil {
		resp.Request = req
		if d := hinted(resp.Header); d > 0 && u.track != nil {
			u.track.tally.hint.Store(int64(d))
		}
	}
	return resp, u, err
}

// stale reports the errors of a connection that ended under its request. It is
// net.ErrClosed where net/http's reader found the end first and closed the
// connection under the writer of a body.
func stale(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		strings.HasSuffix(err.Error(), "server closed idle connection")
}

func (u *turn) failure(err error) *ConnError {
	tr := u.track
	return &ConnError{Addr: tr.addr, Age: time.Since(tr.born), Requests: int(tr.turns.Load()), Err: err}
}
