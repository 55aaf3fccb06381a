// Package zcfasthttp lets handlers of [github.com/valyala/fasthttp] answer with
// a [zerocopy.Body] and serve [zerocopy.Files]. The server needs one line more:
//
//	fasthttp.Serve(zerocopy.NewListener(ln), handler)
//
// [Reply] sends header and memory in one call, and a file in two. Without the
// Listener, or below TLS, the same bytes go through fasthttp's own buffer.
package zcfasthttp
