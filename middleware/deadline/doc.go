// Package deadline gives each request's context a deadline, and answers 503 for a handler that was late and wrote nothing.
//
//	h := middleware.Stack{log, deadline.Piece(&deadline.Options{Timeout: 2 * time.Second})}.Then(mux)
//
// The handler runs on the server's own goroutine and writes to the server's own writer: nothing is buffered, streams and
// sendfile work, and there is no second goroutine to race with. The price is that a handler which looks at no context cannot be
// stopped; http.TimeoutHandler cannot stop it either, it only stops listening.
//
// A handler that needs longer says so with [Extend]. A route that has its own deadline gets it by a group of the router; the
// earlier one of two holds.
//
// As long as nobody calls Done, the deadline is a number: no timer, no channel, no goroutine.
package deadline
