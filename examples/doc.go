// Package examples holds programs to copy, one idea a directory. Each runs on a bare machine with
// go run, takes -addr 127.0.0.1:0, prints "listening on ADDR" when it serves, and stops cleanly on
// SIGTERM. No example imports another, and each folder builds when it is copied into a module of
// its own.
//
// # Where to start
//
//   - quickstart: a net/http server as you have it, and the lines that hotpath adds.
//   - frameworks: the same lines under gin, echo, chi and fasthttp; INSTALL.md explains them.
//   - parking: idle connections without goroutines, under each framework, with and without TLS.
//   - upstream: a reverse proxy whose backends restart one by one without a failed request.
//   - chat: WebSockets that wait without goroutines.
//   - resp: Redis's protocol, event-driven.
//   - inbox: events in order by account, on pool's Workers and Buffers.
//   - router: http.ServeMux's patterns on a radix tree.
//   - stack: what stands around the handlers, in one pass, under net/http, gin or chi.
//   - files: a directory by sendfile, under net/http or gin.
//   - page: a page of html/template in one system call.
//   - proxy: a reverse proxy and CONNECT tunnels by splice.
//   - jsonapi: a document of GitHub's events, with encoding/json or codec, under four frameworks.
//   - profile: a hot spot found with pprof, and removed.
//   - identity: a login and session service on all modules, beside the same service without them.
//   - compare: loads both side by side and prints what each costs.
//
// The tests of this package hold the pages of the whole repository to the truth: each Go snippet
// equals the file it comes from, each link leads somewhere, and the table of figures is what its
// raw results give.
package examples
