package keepalive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

type steps struct {
	mu sync.Mutex
	s  []string
}

func (s *steps) add(v string) { s.mu.Lock(); s.s = append(s.s, v); s.mu.Unlock() }
func (s *steps) get() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.s...)
}

func post(body func() io.Reader, fields ...string) func(*testing.T, string) *http.Request {
	return func(t *testing.T, url string) *http.Request { return request(t, "POST", url, body(), fields...) }
}

func with(method string, fields ...string) func(*testing.T, string) *http.Request {
	return func(t *testing.T, url string) *http.Request { return request(t, method, url, nil, fields...) }
}

func text(s string) func() io.Reader { return func() io.Reader { return strings.NewReader(s) } }
func streamed(s string) func() io.Reader {
	return func() io.Reader { return stream{strings.NewReader(s)} }
}

func differences() []difference {
	long := strings.Repeat("0123456789abcdef", 2000)
	echoing := func(v *visit) bool {
		b := v.body()
		return v.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") && v.say(chunk(b)) && v.say("0\r\n\r\n")
	}
	out := []difference{
		{name: "GET", req: get, act: answering(ok2, true)},
		{name: "GET of many fields", req: with("GET", "B", "2", "A", " 1 ", "B", "3", "User-Agent", "mine", "Connection", "keep-alive"), act: answering(ok2, true)},
		{name: "no User-Agent", req: with("GET", "User-Agent", ""), act: answering(ok2, true)},
		{name: "path and query", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request { return get(t, u+"/a%2fb/ü?x=1&y=%20#frag") }},
		{name: "query alone", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request { return get(t, u+"?") }},
		{name: "two slashes", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request { return get(t, u+"//x") }},
		{name: "opaque", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request {
			r := get(t, u)
			r.URL.Opaque = "/opaque%2F"
			return r
		}},
		{name: "host of its own", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request {
			r := get(t, u)
			r.Host = "Example.COM:81"
			return r
		}},
		{name: "host that is none", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request {
			r := get(t, u)
			r.Host = "a b/c"
			return r
		}},
		{name: "HEAD", req: with("HEAD"), act: answering("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", true)},
		{name: "204", req: get, act: answering("HTTP/1.1 204 No Content\r\n\r\n", true)},
		{name: "304", req: with("GET", "If-None-Match", `"x"`), act: answering("HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nEtag: \"x\"\r\n\r\n", true)},
		{name: "long", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Length: 32000\r\n\r\n"+long, true)},
		{name: "chunked", req: get, act: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", true)},
		{name: "trailers", req: get, act: answering("HTTP/1.1 200 OK\r\nTrailer: A\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: 1\r\nB: 2\r\n\r\n", true)},
		{name: "until close", req: get, act: answering("HTTP/1.1 200 OK\r\n\r\nall of it", false)},
		{name: "HTTP/1.0", req: get, act: answering("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", true), anyConns: false},
		{name: "HTTP/1.0 keep-alive", req: get, act: answering("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", true)},
		{name: "Connection: close in the answer", req: get, act: answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true)},
		{name: "Connection: close in the request", req: with("GET", "Connection", "close"), act: answering(ok2, true), anyConns: true},
		{name: "Request.Close", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request { r := get(t, u); r.Close = true; return r }},
		{name: "gzip unasked for", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(gzipped("plain"))+"0\r\n\r\n", true)},
		{name: "gzip in the head's packet", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n"+gzipped("plain"), true)},
		{name: "gzip asked for", req: with("GET", "Accept-Encoding", "gzip"), act: answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n"+gzipped("plain"), true)},
		{name: "gzip that is none", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n01234567890123456789", true)},
		{name: "gzip off", req: get, tune: func(tr *http.Transport) { tr.DisableCompression = true }, act: answering(ok2, true)},
		{name: "Range", req: with("GET", "Range", "bytes=0-1"), act: answering(ok2, true)},
		{name: "1xx", req: get, act: answering("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"+ok2, true), trace: true},
		{name: "1xx refused", req: get, act: answering("HTTP/1.1 103 Early Hints\r\nRefuse: x\r\n\r\n"+ok2, true), trace: true, anyConns: true},
		{name: "1xx without end", req: get, act: answering(strings.Repeat("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", 400)+ok2, true), tune: func(tr *http.Transport) { tr.MaxResponseHeaderBytes = 4096 }},
		{name: "trace", req: with("GET", "A", "1"), act: answering(ok2, true), trace: true},
		{name: "trace of a POST", req: post(text("body")), act: answering(ok2, true), trace: true},
		{name: "head too large", req: get, act: answering("HTTP/1.1 200 OK\r\nA: "+long+"\r\n\r\n", true), tune: func(tr *http.Transport) { tr.MaxResponseHeaderBytes = 1000 }},
		{name: "head within a large limit", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: "+long+"\r\n\r\nok", true), tune: func(tr *http.Transport) { tr.MaxResponseHeaderBytes = 100000 }},
		{name: "not HTTP", req: get, act: answering("SSH-2.0-x\r\n", false)},
		{name: "malformed field", req: get, act: answering("HTTP/1.1 200 OK\r\nbad field\r\n\r\n", true)},
		{name: "malformed length", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", true)},
		{name: "two lengths", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok", true)},
		{name: "unknown coding", req: get, act: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n", true)},
		{name: "malformed chunk", req: get, act: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n", true)},
		{name: "body cut", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", false)},
		{name: "chunks cut", req: get, act: answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nok", false)},
		{name: "head cut", req: post(text("x")), act: answering("HTTP/1.1 200 OK\r\nContent-", false)},
		{name: "bytes after the answer", req: get, act: answering(ok2+"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", true)},
		{name: "bytes a moment after", req: get, timed: true, act: func(v *visit) bool {
			v.body()
			if v.seq+v.conn > 0 {
				return v.say(ok2)
			}
			return v.say(ok2) && pause() && v.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
		}},
		{name: "body left", req: get, act: answering("HTTP/1.1 200 OK\r\nContent-Length: 32000\r\n\r\n"+long, true), read: func(r *http.Response) (string, error) {
			b := make([]byte, 5)
			_, err := io.ReadFull(r.Body, b)
			return string(b), err
		}},
		{name: "101 unasked for", req: get, read: func(*http.Response) (string, error) { return "", nil }, act: answering("HTTP/1.1 101 Switching Protocols\r\n\r\n", true), anyConns: true},
		{name: "101", req: with("GET", "Connection", "Upgrade", "Upgrade", "x"), read: speak, anyConns: true, act: func(v *visit) bool {
			if v.conn > 0 {
				return v.say(ok2)
			}
			_ = v.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello ")
			b := make([]byte, 4)
			_, _ = io.ReadFull(v.br, b)
			_ = v.say(string(b))
			return false
		}},
		{name: "101, one side ended", req: with("GET", "Connection", "Upgrade", "Upgrade", "x"), read: sayAll, anyConns: true, act: func(v *visit) bool {
			if v.conn > 0 {
				return v.say(ok2)
			}
			_ = v.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			b, _ := io.ReadAll(v.br)
			_ = v.say(string(b) + "!")
			return false
		}},
		{name: "timeout of the head", req: get, tune: func(tr *http.Transport) { tr.ResponseHeaderTimeout = 50 * time.Millisecond }, act: hold},
		{name: "no timeout of the body", req: get, timed: true, tune: func(tr *http.Transport) { tr.ResponseHeaderTimeout = 200 * time.Millisecond }, act: func(v *visit) bool {
			_ = v.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
			time.Sleep(300 * time.Millisecond)
			return v.say("ok")
		}},
		{name: "POST", req: post(text("body")), act: echoing},
		{name: "POST of a buffer", req: post(func() io.Reader { return bytes.NewBufferString("body") }), act: echoing},
		{name: "POST of nothing", req: with("POST"), act: echoing},
		{name: "POST without length", req: post(streamed("body")), act: echoing},
		{name: "POST of much", req: post(text(strings.Repeat(long, 20))), act: echoing},
		{name: "GET with a body", req: func(t *testing.T, u string) *http.Request {
			return request(t, "GET", u, stream{strings.NewReader("x")})
		}, act: echoing},
		{name: "DELETE with an empty body", req: func(t *testing.T, u string) *http.Request {
			return request(t, "DELETE", u, stream{strings.NewReader("")})
		}, act: echoing},
		{name: "length given for a stream", act: echoing, req: func(t *testing.T, u string) *http.Request {
			r := request(t, "POST", u, stream{strings.NewReader("body")})
			r.ContentLength = 4
			return r
		}},
		{name: "body shorter than said", timed: true, act: echoing, anyConns: true, anyHead: true, req: func(t *testing.T, u string) *http.Request {
			r := request(t, "POST", u, strings.NewReader("body"))
			r.ContentLength = 9
			return r
		}},
		{name: "body longer than said", timed: true, act: echoing, anyConns: true, anyHead: true, req: func(t *testing.T, u string) *http.Request {
			r := request(t, "POST", u, strings.NewReader("body"))
			r.ContentLength = 2
			return r
		}},
		{name: "length without a body", act: echoing, anyConns: true, req: func(t *testing.T, u string) *http.Request {
			r := request(t, "POST", u, nil)
			r.ContentLength = 2
			return r
		}},
		{name: "body fails", act: echoing, anyConns: true, anyHead: true, req: post(func() io.Reader {
			return io.MultiReader(strings.NewReader("begin"), failing{})
		})},
		{name: "request trailers", act: func(v *visit) bool {
			b := v.body()
			return v.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nGot: " + b + v.req.Trailer.Get("T") + "\r\n\r\nyes")
		}, req: func(t *testing.T, u string) *http.Request {
			r := request(t, "POST", u, stream{strings.NewReader("body")})
			r.Trailer = http.Header{"T": {"end"}}
			return r
		}},
		{name: "early answer", req: post(func() io.Reader { return stream{strings.NewReader(strings.Repeat(long, 400))} }), anyConns: true, act: func(v *visit) bool {
			if v.req.Method == "POST" {
				_ = v.say("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno")
				time.Sleep(50 * time.Millisecond)
				_, _ = io.Copy(io.Discard, v.br) // to the client's end: a close before it is a reset, which may overtake the answer
				return false
			}
			return v.say(ok2)
		}},
		{name: "Expect", req: post(text("body"), "Expect", "100-continue"), anyConns: true, trace: true, tune: func(tr *http.Transport) { tr.ExpectContinueTimeout = time.Minute }, act: func(v *visit) bool {
			return v.say("HTTP/1.1 100 Continue\r\n\r\n") && v.body() != "" && v.say(ok2)
		}},
		{name: "canceled before", act: answering(ok2, true), req: func(t *testing.T, u string) *http.Request {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return get(t, u).WithContext(ctx)
		}},
		{name: "canceled while waiting", act: hold, req: abandoned("GET", nil)},
		{name: "canceled while sending", act: hold, req: abandoned("PUT", streamOfMuch{})},
		{name: "canceled with a cause", act: hold, req: func(t *testing.T, u string) *http.Request {
			ctx, cancel := context.WithCancelCause(t.Context())
			return giving(get(t, u).WithContext(ctx), func() { cancel(errors.New("mine")) })
		}},
		{name: "deadline", act: hold, timed: true, req: func(t *testing.T, u string) *http.Request {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			t.Cleanup(cancel)
			return get(t, u).WithContext(ctx)
		}},
		{name: "Request.Cancel", act: hold, req: func(t *testing.T, u string) *http.Request {
			stop := make(chan struct{})
			r := giving(get(t, u), func() { close(stop) })
			//lint:ignore SA1019 http.Client's Timeout still sets it
			r.Cancel = stop
			return r
		}},
		{name: "canceled in the body", req: abandoned("GET", nil), act: func(v *visit) bool {
			if v.conn > 0 {
				return v.say(ok2)
			}
			return v.say("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nbegin") && v.left()
		}, read: func(r *http.Response) (string, error) {
			begin := make([]byte, 5)
			_, _ = io.ReadFull(r.Body, begin)
			giveUp(r.Request)
			rest, err := io.ReadAll(r.Body)
			return string(begin) + string(rest), err
		}},
	}
	return append(out, difference{name: "reset before the answer", req: post(text("body")), act: func(v *visit) bool {
		if v.req.Method == "POST" {
			v.body()
			return v.reset()
		}
		return v.say(ok2)
	}})
}

func chunk(s string) string {
	if s == "" {
		return ""
	}
	const hex = "0123456789abcdef"
	var n []byte
	for l := len(s); l > 0; l /= 16 {
		n = append([]byte{hex[l%16]}, n...)
	}
	return string(n) + "\r\n" + s + "\r\n"
}

func pause() bool { time.Sleep(5 * time.Millisecond); return true }

// hold keeps the first request waiting until its caller has given up.
func hold(v *visit) bool {
	if v.conn > 0 {
		return v.say(ok2)
	}
	close(v.s.held)
	return v.left()
}

// left waits until the first request's caller has left. It returns false.
func (v *visit) left() bool {
	select {
	case <-v.s.left:
	case <-time.After(10 * time.Second):
	}
	return false
}

// giving returns r with a way to give it up; see giveUp.
func giving(r *http.Request, up func()) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), wayOut{}, up))
}

type wayOut struct{}

// giveUp is what r's caller does, if it has a way to, when the server holds r.
func giveUp(r *http.Request) {
	if up, ok := r.Context().Value(wayOut{}).(func()); ok {
		up()
	}
}

func abandoned(method string, body io.Reader) func(*testing.T, string) *http.Request {
	return func(t *testing.T, u string) *http.Request {
		ctx, cancel := context.WithCancel(t.Context())
		return giving(request(t, method, u, body).WithContext(ctx), cancel)
	}
}

// streamOfMuch never ends by itself.
type streamOfMuch struct{}

func (streamOfMuch) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the caller's own error") }

func speak(r *http.Response) (string, error) {
	rwc, ok := r.Body.(io.ReadWriteCloser)
	if !ok {
		return "not writable", nil
	}
	_, _ = io.WriteString(rwc, "ping")
	b, err := io.ReadAll(rwc)
	return string(b), err
}

// sayAll ends its own side, which is how the peer knows the end.
func sayAll(r *http.Response) (string, error) {
	rwc, ok := r.Body.(interface {
		io.ReadWriteCloser
		CloseWrite() error
	})
	if !ok {
		return "one side cannot end", r.Body.Close() // the peer waits for it
	}
	_, _ = io.WriteString(rwc, "ping")
	if err := rwc.CloseWrite(); err != nil {
		return "", err
	}
	b, err := io.ReadAll(rwc)
	return string(b), err
}
