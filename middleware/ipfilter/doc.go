// Package ipfilter lets requests pass by their client's address.
//
//	table, err := ipfilter.NewTable(ipfilter.Rules{
//		Allow:    []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")},
//		Deny:     []netip.Prefix{netip.MustParsePrefix("10.66.0.0/16")},
//		DenyRest: true,
//	})
//	filter := ipfilter.New(table, nil)
//	h := middleware.Stack{log, filter}.Then(mux)
//
// Of the prefixes that hold an address the longest decides. [Filter.Replace] puts another table in place while requests are served,
// at the price of a pointer.
//
// # Behind proxies
//
// [Proxies] finds the client's address: the peer's own, or what trusted proxies say it is. It believes nobody else. In a chain
// of them it goes from the last element of X-Forwarded-For backwards and ends at the first that is not trusted, so a client that
// sends the header itself changes nothing. When a trusted proxy names no address ("unknown"), the address is unknown, and the
// filter denies it.
package ipfilter
