// Package health says whether the process lives and whether it wants requests, and takes it out of service without a failed one.
//
//	h := health.New(&health.Options{Checks: []health.Check{{Name: "database", Run: db.PingContext}}})
//	mux.Handle("GET /livez", h.Live())
//	mux.Handle("GET /readyz", h.Ready())
//	srv := &http.Server{Handler: middleware.Stack{log, h}.Then(mux)}
//	…
//	<-ctx.Done() // SIGTERM
//	err := h.Drain(bye, srv.Shutdown)
//
// # Draining
//
// [Health.Drain] goes through what a load balancer needs, in its order: readiness turns to 503 while requests are served as
// before, each with Connection: close, so that clients leave by themselves and no request is on its way into a connection that
// is being closed; after Options.Delay, in which balancers must have looked, late requests are answered 503; then comes Shutdown,
// which waits for the old ones. [Health] must stand in the server's stack for that, outside limits and deadlines.
//
// # Checks
//
// Liveness has none: a process that cannot reach its database must not be restarted for it. Readiness runs its checks at most
// once in Options.CacheFor, whoever asks, and all at the same time.
package health
