// Package zerocopy sends responses in the fewest system calls, without copying
// their bytes.
//
// # A response in one call
//
// Wrap the listener of the server you have, and answer with [Reply]:
//
//	ln, err := net.Listen("tcp", ":8080")
//	...
//	http.Serve(zerocopy.NewListener(ln), handler)
//
// A [Body] is an ordered list of segments: memory ([Bytes], [String]), sections
// of open files ([File]) and other bodies. It is immutable, so one Body serves
// all requests at once. [Reply] sends net/http's header and all memory in one
// sendmsg; before a file the header waits in the kernel (MSG_MORE) and the file
// follows by sendfile: two calls.
//
// # Choosing a function
//
//   - [Reply] in a handler: it has the request, so it finds the conn.
//   - [Send] where there is no request, or for a plain conn. The header of a
//     response goes first then, which makes two calls of one.
//   - [Files] for a directory, in the place of http.FileServer: files stay
//     open, and validators, ranges and precompressed siblings are answered.
//   - [Template] for a page: texts above 2 KiB of an html/template are never copied.
//   - [Map] for bytes that a framework is to write itself: a long slice of a
//     [Mapping] leaves by sendfile through any Write.
//   - [Copy] from socket to socket, [Proxy] for the bodies of a ReverseProxy.
//   - [Body.NewReader] for code that wants an io.ReadSeeker: io.Copy and
//     http.ServeContent still reach writev and sendfile.
//
// # What is never done
//
// A header waits for its body only inside Reply, which announces it; what a
// handler flushes otherwise leaves at once. Any other use of the conn, and the
// end of Reply, lets the header go first. A file that was truncated is an error
// and a reset, never padding ([ErrShortFile]), and so is one that is rewritten
// while [Files] sends it ([ErrFileChanged]). No wrapper is by-passed: one that
// changes the bytes sees them, and one that counts them counts right. Only
// writers whose source was read, gin's and echo's among them, are
// written a stand-in of the same length instead of the bytes; and that only if
// net/http writes to our conn itself, with no other conn around it.
//
// # Time
//
// A write deadline measures progress: each 4 MiB of a Body that went out grants
// as much time as the deadline granted at first. What goes by plain writes, see
// below, has the one deadline for all of it.
//
// # Where it falls back
//
// Over TLS and HTTP/2 and through wrappers without io.ReaderFrom the same bytes
// go by plain writes, small parts joined. So they do, but for the gathering
// write of package net, on systems other than Linux and with the build tag
// portable. [Listener.Stats] tells which way was taken.
package zerocopy
