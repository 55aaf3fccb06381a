// Package metrics counts requests by route and status class, with a histogram of how long they took, and shows the counts as
// Prometheus text.
//
//	m := metrics.New(nil)
//	mux.Handle("GET /metrics", m.Handler())
//	h := middleware.Stack{log, m, recovery.Piece(nil)}.Then(mux)
//
// gives
//
//	http_request_duration_seconds_bucket{code="2xx",route="GET /users/{id}",le="0.005"} 12
//
// and so on, with _sum and _count, which is the number of requests. Aggregate as usual: a histogram's _count over code is the
// route's traffic.
//
// The route is the pattern that this module's router or http.ServeMux matched, never the path: clients cannot make series. It stands in
// the request: a foreign middleware between that copies it, as WithContext does, hides it, but for routes of the router with wildcards.
// Requests without a pattern are "unmatched", and so is what comes after Options.Routes patterns. A handler that panicked before
// it wrote, or took the connection, has code "none".
//
// A request costs one locked instruction in memory of its own processor, and no lock.
package metrics
