// Package netpoll lets connections wait without goroutines.
//
// A keep-alive connection that waits for its next request holds, under net/http, a goroutine, two bufio buffers and a
// net.Conn: about 19 kB. A parked one is an fd in an epoll and 40 bytes in a table. Handlers, routers and
// the http.Server stay as they are.
//
// # Installing
//
// [Listen] wraps the listener, [Listener.Install] tells the server to report when a connection goes idle:
//
//	l, err := netpoll.Listen(inner, nil)
//	...
//	srv := &http.Server{Handler: h, IdleTimeout: 3 * time.Minute}
//	l.Install(srv)
//	err = srv.Serve(l)
//
// A server whose ConnState is out of reach may still be given the Listener: nothing is parked then and nothing changes.
//
// # What happens to a connection
//
// Once it has been idle for [Options.ParkAfter], the Read in which the server waits returns [ErrParked]. The server
// answers a read timeout on an idle connection by closing it, which gives back goroutine and buffers, and that Close
// keeps the socket. When the peer sends something the connection comes out of [Listener.Accept] again; when the peer
// goes away it is closed right there.
//
// A connection is parked only in the exact sequence of calls net/http makes between two requests, or before the first,
// with nothing of a next request in its buffer. Hijacked, TLS and HTTP/2 connections are never parked, nor is any
// connection that the inner listener did not return as a *net.TCPConn or *net.UnixConn.
//
// # What a program can notice
//
// Each wake is a new connection to the server: ConnState sees StateNew to StateClosed for each, ConnContext runs again,
// r.Context's connection values start anew. What belongs to the connection itself is kept: [Conn] has its
// ID, the time of accept and the number of requests served. Socket options and addresses are the same.
//
// # Timeouts
//
// IdleTimeout of the server goes on while parked, to within 100 ms. ReadTimeout and ReadHeaderTimeout start when the
// first bytes of a request have come. A connection that never sends a byte is closed after [Options.FirstByteTimeout].
//
// # Wrapping
//
// Other listeners may wrap this one, if their connections have NetConn() net.Conn and hold no state between Accept and
// Close that a second Accept would not rebuild. One that reads a preamble (PROXY protocol) has to go below,
// where it is left alone.
//
// # Platforms
//
// Linux parks. Elsewhere, and with the build tag portable, the same API passes connections through: each idle
// one waits in its goroutine under the same timeouts.
package netpoll
