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
// A server built out of reach, as by gin's RunListener or echo's Start, is given the Listener and nothing else: if
// net/http itself calls Accept, its own calls at the end of a request show what is idle. fasthttp is installed by
// srv.ConnState = netpoll.StateHook[fasthttp.ConnState](l). Other servers get connections that are never parked.
//
// # What happens to a connection
//
// Once it has been idle for [Options.ParkAfter], a new one for a quarter of that, the Read in which the server waits returns [ErrParked]. The server
// answers a read timeout on an idle connection by closing it, which gives back goroutine and buffers, and that Close
// keeps the socket. When the peer sends something the connection comes out of [Listener.Accept] again; when the peer
// goes away it is closed right there.
//
// A connection is parked only in the exact sequence of calls the server makes between two requests, or before the first,
// with nothing of a next request in its buffer. Hijacked and HTTP/2 connections are never parked, nor are those on which
// somebody else speaks TLS.
//
// Only a *net.TCPConn or *net.UnixConn is given up and built anew from its fd. Another listener's connection
// (LimitListener, PROXY protocol) is kept as it is: then only the server's goroutine and buffers go.
//
// A TLS 1.3 session of [ListenTLS] is given up too, but for its keys, their sequence numbers and the connection state:
// some 0.9 kB. What is nothing to a server, as half a record or a KeyUpdate, wakes it for a moment and parks it again under the
// same timeout. Other sessions stay with crypto/tls and are kept. A client of TLS that leaves wakes a goroutine if its
// close_notify comes in a packet ahead of the FIN.
//
// # At the limit
//
// Eight fds are held back for parks and wakes, which need a second one for a moment. [Options.MaxConns] bounds the open
// connections, and [Options.ShedIdle] closes the longest parked for a new one, there and at the process's fd limit.
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
// # Connections of your own
//
// [Poller] is for programs that hold their connections themselves, as WebSocket servers do: it waits for the readiness of
// each net.Conn or descriptor, once or always, with a deadline, and calls a function or sends to a channel. A connection
// that waits costs what the program keeps of it, and no goroutine.
//
// # Protocols of your own
//
// [Server] calls functions when a connection opens, sends, has room again and closes. One loop for each core serves all
// connections on raw descriptors: it has one read buffer for all of them, keeps of a connection only what is left of a
// frame, and sends what one call has written at once. [Frames] cuts what comes by [LengthPrefix], [Delimiter] or any
// bufio.SplitFunc. A peer that does not read is not read from; what waits for it is bounded. [Stream.Go] gives slow work to
// workers and keeps the order of answers.
//
// # Platforms
//
// Linux parks. Elsewhere, and with the build tag portable, the same API passes connections through: each idle
// one waits in its goroutine under the same timeouts. A Poller starts a goroutine for each connection that waits, and a Server two for each of its own.
package netpoll
