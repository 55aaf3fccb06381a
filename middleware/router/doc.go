// Package router is http.ServeMux with its patterns, its precedence and its answers, from a compressed radix tree: the
// wildcards' values without an allocation, groups with middlewares, named routes, and a table that is replaced while it serves.
//
//	var t router.Table
//	t.HandleFunc("GET /users/{id}", user)
//	api := t.Group("/api", auth)
//	api.Handle("POST /orders/{$}", orders)
//	http.ListenAndServe(addr, router.New(&t, nil))
//
// # The same as http.ServeMux
//
// Patterns are [METHOD ][HOST]/[PATH] with {name}, {name...} and {$}; the more specific one wins, and a pattern that conflicts
// with one in the table is refused, with both named. A path that is not clean, or lacks the slash of a subtree, is redirected
// with 307; a wrong method gets 405 with Allow; HEAD is served by GET's handler; CONNECT's path is taken as it is. Matching is
// by escaped segments, so %2F separates nothing. Request.Pattern is set and Request.PathValue works. Random patterns and
// requests are compared with ServeMux in this package's tests.
//
// There is one difference: in a path with empty segments, which only CONNECT can have, ServeMux confuses an empty segment
// with a wildcard (golang/go#81222). Here {x} takes the empty segment, and its value is "".
//
// # Values
//
//   - [Func] gets a [middleware.Match] as an argument: nothing is allocated or wrapped. A Match may be kept and used anywhere.
//   - [Value] finds it through the ResponseWriter, for plain handlers and behind middlewares; the writer is wrapped if the
//     stack has not done so.
//   - Request.PathValue works, for two allocations a request; [Options].NoPathValue saves them.
//
// # Live replacement
//
// [Router.Replace] publishes a whole new table through one atomic pointer. Readers take no lock.
//
// # Deny rules
//
// As with ServeMux, /x%2F..%2Fadmin is no path below /admin: it is one segment, and a handler that takes the unescaped path
// for a file name must know that. [Options].RefuseAmbiguous answers 400 to all such spellings.
package router
