package keepalive

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// plain returns host:port of a request that one of our own connections can
// carry: http:// to its origin itself. Everything else, and every request that
// net/http would refuse, goes to net/http.
func (t *Transport) plain(req *http.Request) (key string, ok bool) {
	if !t.lean.Load() || req.URL == nil || req.Header == nil || req.URL.Scheme != "http" || !wire.PlainHost(req.URL.Host) || !wire.Valid(req) {
		return "", false
	}
	if req.Method == http.MethodConnect || req.Body != nil && len(req.Header["Expect"]) > 0 {
		return "", false
	}
	if t.base.Proxy != nil {
		if u, err := t.base.Proxy(req); u != nil || err != nil {
			return "", false
		}
	}
	return hostPort(req.URL.Host), true
}

// hostPort adds the port that "http" means.
func hostPort(host string) string {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || strings.HasSuffix(host, "]") {
		return net.JoinHostPort(strings.Trim(host, "[]"), "80")
	}
	if i == len(host)-1 {
		return host + "80"
	}
	return host
}

// trip is a request on our own connections: over as many as it takes.
func (t *Transport) trip(req *http.Request, key string) (*http.Response, error) {
	ctx := req.Context()
	if ctx.Err() != nil {
		closeBody(req)
		return nil, context.Cause(ctx)
	}
	trace := httptrace.ContextClientTrace(ctx)
	var out *wire.Outgoing
	for try := 0; ; try++ {
		if trace != nil && trace.GetConn != nil {
			trace.GetConn(key)
		}
		l, err := t.acquire(req, out, key, want{fresh: try >= staleTries, once: !repeatable(req)})
		if err != nil {
			if out != nil {
				out.Release()
			} else {
				closeBody(req)
			}
			return nil, err
		}
		reused, idle := l.use(t.MaxRequests)
		if out == nil {
			if out, err = wire.Prepare(req, t.compress, l.reason == byCount && len(req.Header["Upgrade"]) == 0); err != nil {
				l.served--
				l.origin.back(l, true)
				return nil, err
			}
		}
		if reused || t.elsewhere() {
			out.Tee()
		}
		if trace != nil && trace.GotConn != nil {
			trace.GotConn(httptrace.GotConnInfo{Conn: l.NetConn(), Reused: reused, WasIdle: reused, IdleTime: idle})
		}
		resp, err := l.Do(out)
		if err == nil {
			l.habit.answered(resp.Header, idle) // of the address: the link may be another request's by now
			if resp.Close && !out.Last() && resp.ProtoAtLeast(1, 1) {
				l.origin.leaves(l.at)
			}
			return resp, nil
		}
		if err = t.again(req, out, l, err, try, reused, idle); err != nil {
			out.Release()
			return nil, err
		}
	}
}

// acquire waits for a link. Request.Cancel counts before there is an Outgoing
// too.
func (t *Transport) acquire(req *http.Request, out *wire.Outgoing, key string, wt want) (*link, error) {
	ctx := req.Context()
	if out != nil {
		ctx = out.Context()
	}
	return t.get(ctx, key, wt)
}

// use takes the link for one request.
func (l *link) use(most int) (reused bool, idle time.Duration) {
	l.served++
	if most > 0 && l.reason == noReason && l.served >= most {
		l.reason = byCount
	}
	if l.served > 1 {
		l.tally.reuses.Add(1)
		return true, time.Since(l.since)
	}
	return false, 0
}
