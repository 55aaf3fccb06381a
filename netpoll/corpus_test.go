package netpoll_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
)

// script is one client: chunks sent one after the other, with a pause after each that is long enough to park.
type script struct {
	name   string
	chunks []string
	closed bool // whether the server closes the connection on all that; elsewhere a last request ends it
	raw    bool // no request would be understood at the end: the client half-closes
	half   bool // the client closes its sending side at the end
}

const (
	getHello  = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
	getEnd    = "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	postPlain = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
	postTwo   = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"
	postChunk = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"
)

// corpus holds the streams in which a server that starts anew on each wake would give itself away.
var corpus = []script{
	{name: "keep-alive", chunks: []string{getHello, getHello, getHello}},
	{name: "connection close", chunks: []string{getHello, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}, closed: true},
	{name: "pipelined", chunks: []string{getHello + getHello + getHello, getHello + getHello}},
	{name: "pipelined across chunks", chunks: []string{getHello + getHello[:2], getHello[2:] + getHello[:20], getHello[20:]}},
	{name: "byte by byte", chunks: append([]string{getHello}, strings.Split(getHello, "")...)},
	{name: "first byte by byte", chunks: append(strings.Split(getHello, ""), getHello)},
	{name: "split CRLF", chunks: []string{getHello, getHello[:len(getHello)-3], "\n\r", "\n", getHello}},
	{name: "post", chunks: []string{postPlain, postPlain, getHello}},
	{name: "post split before body", chunks: []string{getHello, postTwo, "he", "llo", getHello}},
	{name: "post with trailing CRLF", chunks: []string{postPlain + "\r\n", getHello}},
	{name: "post, CRLF later", chunks: []string{postPlain, "\r\n", getHello}},
	{name: "post, CRLF with the next", chunks: []string{postPlain, "\r\n" + getHello, getHello}},
	{name: "post, CR and LF apart", chunks: []string{postPlain, "\r", "\n", getHello}},
	{name: "post, two CRLF", chunks: []string{postPlain, "\r\n\r\n", getHello}},
	{name: "post, three CRLF", chunks: []string{postPlain, "\r\n\r\n\r\n" + getHello}, closed: true},
	{name: "pipelined posts, CRLF later", chunks: []string{postPlain + postPlain, "\r\n" + getHello}},
	{name: "get then pipelined post, CRLF later", chunks: []string{getHello + postPlain, "\r\n" + getHello}},
	{name: "get, CRLF later", chunks: []string{getHello, "\r\n" + getHello}, closed: true},
	{name: "post by bytes, CRLF later", chunks: append(strings.Split(postPlain, ""), "\r\n"+getHello)},
	{name: "post after wake, CRLF later", chunks: []string{getHello, postPlain, "\r\n" + getHello}},
	{name: "method like POST", chunks: []string{strings.Replace(postPlain, "POST", "POSTS", 1), "\r\n" + getHello}, closed: true},
	{name: "100-continue", chunks: []string{getHello, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", "hello", getHello}},
	{name: "100-continue refused", chunks: []string{"POST /hello HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"}, raw: true},
	{name: "unknown expectation", chunks: []string{getHello, "GET /hello HTTP/1.1\r\nHost: x\r\nExpect: miracle\r\n\r\n"}, closed: true},
	{name: "chunked with trailers", chunks: []string{postChunk + "5\r\nhello\r\n0\r\nT: end\r\n\r\n", getHello}},
	{name: "chunked by pieces", chunks: []string{getHello, postChunk, "5\r", "\nhel", "lo\r\n", "0\r\n", "T: end\r\n\r\n", getHello}},
	{name: "HTTP/1.0", chunks: []string{"GET /hello HTTP/1.0\r\n\r\n"}, closed: true},
	{name: "HTTP/1.0 keep-alive", chunks: []string{"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", getHello}},
	{name: "HTTP/1.0 after keep-alive", chunks: []string{getHello, "GET /hello HTTP/1.0\r\n\r\n"}, closed: true},
	{name: "HEAD", chunks: []string{"HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n", getHello, "HEAD /long HTTP/1.1\r\nHost: x\r\n\r\n", getHello}},
	{name: "long body", chunks: []string{"GET /long HTTP/1.1\r\nHost: x\r\n\r\n", "GET /long HTTP/1.1\r\nHost: x\r\n\r\n"}},
	{name: "body not read", chunks: []string{"POST /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", "hello", getHello}},
	{name: "slow reader with deadlines", chunks: []string{getHello, strings.Replace(postTwo, "/echo", "/slow", 1), "h", "e", "llo", getHello}},
	{name: "oversized header", chunks: []string{getHello, "GET /hello HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 20000) + "\r\n\r\n"}, closed: true},
	{name: "garbage first", chunks: []string{"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\r\n\r\n"}, closed: true},
	{name: "garbage later", chunks: []string{getHello, "\x00\x01\x02\x03 nonsense\r\n\r\n"}, closed: true},
	{name: "no host", chunks: []string{getHello, "GET /hello HTTP/1.1\r\n\r\n"}, closed: true},
	{name: "unsupported version", chunks: []string{getHello, "GET /hello HTTP/3.0\r\nHost: x\r\n\r\n"}, closed: true},
	{name: "HTTP/2 preface", chunks: []string{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}, closed: true},
	{name: "upgrade", chunks: []string{getHello, "GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", "ping", strings.Repeat("p", 5000), "pong"}, raw: true},
	{name: "upgrade with early bytes", chunks: []string{"GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nearly", "late"}, raw: true},
	{name: "half-close idle", chunks: []string{getHello}, half: true, closed: true},
	{name: "half-close at once", chunks: nil, half: true, closed: true},
	{name: "half-close after request", chunks: []string{getHello, "@" + getHello}, half: true, closed: true},
	{name: "half-close in request line", chunks: []string{getHello, "@GET /he"}, half: true, closed: true},
	{name: "half-close after two bytes", chunks: []string{getHello, "@GE"}, half: true, closed: true},
	{name: "half-close after two slow bytes", chunks: []string{getHello, "G", "E"}, half: true, closed: true},
	{name: "half-close in first request line", chunks: []string{"GE"}, half: true, closed: true},
	{name: "half-close in body", chunks: []string{getHello, postTwo, "he"}, half: true, closed: true},
	{name: "half-close after post and CR", chunks: []string{postPlain, "\r"}, half: true, closed: true},
}

var corpusHandler = func() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "the end") })
	mux.HandleFunc("/long", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, strings.NewReader(strings.Repeat("0123456789", 2000)))
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
		for k, v := range r.Trailer {
			io.WriteString(w, k+strings.Join(v, ","))
		}
	})
	mux.HandleFunc("/slow", readLikeIdle)
	mux.HandleFunc("/upgrade", upgrade)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		mux.ServeHTTP(w, r)
	})
}()

// upgrade echoes what comes after a 101.
func upgrade(w http.ResponseWriter, r *http.Request) {
	c, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	go func() {
		defer c.Close()
		io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		early, _ := rw.Peek(rw.Reader.Buffered())
		c.Write(early)
		io.Copy(c, bufio.NewReaderSize(c, 4096)) // reads with as much room as net/http does
	}()
}
