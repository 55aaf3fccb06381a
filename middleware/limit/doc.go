// Package limit refuses what is too much: requests at a time, requests of one client, bytes of a body.
//
//	h := middleware.Stack{
//		log,
//		limit.NewConcurrency(&limit.ConcurrencyOptions{Max: 512}),                      // 503
//		limit.NewRate(&limit.RateOptions{Every: 10 * time.Millisecond, Burst: 50}),     // 429
//		limit.NewBody(&limit.BodyOptions{Max: 1 << 20}),                                // 413
//	}.Then(mux)
//
// Refusals are problem documents (RFC 9457) with Retry-After where waiting helps.
//
// # Rates
//
// [Rate] is GCRA: one time stamp a key says all, no goroutine refills anything. Its memory is allocated once. When more keys come
// than it holds, it forgets the one that is nearest to being unlimited again, so that a flood of addresses neither grows the
// process nor frees those who are being limited, and counts it in [Rate.Forgotten].
//
// The key is the client's address, for IPv6 its /64, because that is what one customer gets. Behind proxies give it
// ipfilter.Proxies; a limit that believes X-Forwarded-For from anybody limits nobody.
package limit
