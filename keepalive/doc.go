// Package keepalive makes connections be there when needed and gone when not:
// no request pays for a handshake it could have reused, and none meets a
// connection that the other side is closing.
//
// # Calling others
//
// [Transport] is an [http.RoundTripper] whose zero value fits a service calling
// services:
//
//	client := &http.Client{Transport: new(keepalive.Transport)}
//
// [http.DefaultTransport] keeps two idle connections for each host, so with
// more workers than that it dials and closes all the time; Transport keeps what
// it opened until it was idle for long enough. It also lets no connection live
// for ever (MaxAge, with jitter, and MaxRequests), so that a changed address or
// a new backend is found, and it notices a dead peer in a minute instead of a
// quarter of an hour (TCP_USER_TIMEOUT). [Transport.Stats] says what it did, for
// each address.
//
// Plain HTTP/1.1 runs on connections of its own (Linux): driven by the caller's
// goroutine, they hold neither goroutine nor buffer while idle, and the read in
// front of each request knows whether the server has closed or spoken out of
// turn. https, HTTP/2 and proxies run on [http.Transport] inside.
//
// A request that meets the server's close is sent again when nothing of it was
// sent, when the kernel knows that the server had closed before a byte of it
// arrived, or when its method is idempotent; never otherwise. A [ConnError]
// says what is known.
//
// [Upstream] sends every request to one of several backends, for
// net/http/httputil's ReverseProxy.
//
// # Being called
//
// [Policy] says when a server's connections end. One line installs it on any
// [http.Server], whatever framework its handler comes from:
//
//	policy.Configure(srv)
//
// It advertises the idle timeout ("Keep-Alive: timeout=60") and closes a grace
// later, so a client that listens never loses a request to an idle close. After
// MaxRequests or MaxAge the answer says "Connection: close" first, which no
// request can race with. [Policy.Drain] says so on every answer before a
// shutdown. A connection that was parked outside the server goes on with its
// account: see [Policy.ConnContext].
//
// [Policy.Listener] does what needs the connection itself: it looks once more
// for bytes before an idle close, lets a client that is still sending read its
// answer (instead of a reset), and resets clients that timed out, if asked to.
// With it, [Policy.Last] serves servers that are not an http.Server.
//
// # Listening
//
// [ListenConfig] opens a listener with TCP options that connections inherit:
// keep-alive, TCP_USER_TIMEOUT, TCP_DEFER_ACCEPT and others. Each is read back
// after it was set. An option that was asked for and is not there is an error,
// never silence.
//
// # Asking the machine
//
// [Check] and [Doctor] read what the kernel, the limits and the control group
// allow, and the live sockets of a port or process, and say what does not fit
// the connections that are expected: why, what would change it and what that
// brings. They change nothing. cmd/doctor is the program, with text, JSON and an
// exit status.
//
// # How a connection ends
//
// Only a close that nobody was told of can be raced by a request. Both sides
// here therefore announce. On HTTP/1 the last request or answer carries
// "Connection: close". On HTTP/2 the server's announcement becomes GOAWAY, and
// the client sends new requests over a new connection while the old one
// finishes its streams. An idle connection is the exception, and the reason why
// the client's idle timeout should be the shorter one.
//
// # Platforms
//
// Everything but TCP_USER_TIMEOUT, ListenConfig's socket options and the last
// look and lingering close of Policy.Listener works on every system; those need
// Linux, and the build tag portable leaves them out.
package keepalive
