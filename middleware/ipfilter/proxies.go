package ipfilter

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies knows which peers' word on a client's address counts. It is safe for concurrent use. A nil *Proxies trusts nobody.
type Proxies struct {
	trusted *Table
	header  string
	local   bool
}

// ProxyOptions says whom to trust.
type ProxyOptions struct {
	// Trusted are the proxies' own addresses. Zero means there are none.
	Trusted []netip.Prefix
	// Header is what they append the peer's address to, as a list, or set to it. A header that only some of them set must not be
	// used: the client sets the rest. Zero means X-Forwarded-For.
	Header string
	// Local says that a peer without an IP address, at a Unix socket, is a trusted proxy. Zero means it is an unknown client.
	Local bool
}

// NewProxies returns an error if a prefix is invalid.
func NewProxies(o ProxyOptions) (*Proxies, error) {
	t, err := NewTable(Rules{Allow: o.Trusted, DenyRest: true})
	if err != nil {
		return nil, err
	}
	if o.Header == "" {
		o.Header = "X-Forwarded-For"
	}
	return &Proxies{t, http.CanonicalHeaderKey(o.Header), o.Local}, nil
}

// Client returns the address of the one who sent r: the peer, or, if that is a trusted proxy, whom it names; and so on, from
// the list's end, until one is not trusted. What a client writes stands before what the proxies append, so it is never reached.
// If all are trusted, the first began it. The zero Addr says that a trusted proxy named no address.
func (p *Proxies) Client(r *http.Request) netip.Addr {
	client, ok := peer(r.RemoteAddr)
	if p == nil || ok && !p.trusted.Allows(client) || !ok && !p.local {
		return client
	}
	list := r.Header[p.header]
	for i := len(list) - 1; i >= 0; i-- {
		for rest, more := list[i], true; more; {
			var hop string
			if rest, hop, more = cutLast(rest); hop == "" {
				continue // an empty element of a list is none: RFC 9110, 5.6.1
			}
			if client, ok = peer(hop); !ok || !p.trusted.Allows(client) {
				return client
			}
		}
	}
	return client
}

// cutLast cuts the last element off a list; more says whether there are others.
func cutLast(list string) (rest, last string, more bool) {
	i := strings.LastIndexByte(list, ',')
	return list[:max(i, 0)], strings.Trim(list[i+1:], " \t"), i >= 0
}

// peer reads an address with or without a port, and with or without brackets, as proxies write it.
func peer(s string) (netip.Addr, bool) {
	if a, ok := quad(s); ok {
		return a, true
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		s = s[1 : len(s)-1]
	}
	if a, err := netip.ParseAddrPort(s); err == nil {
		return a.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(s)
	return a.Unmap().WithZone(""), err == nil
}

// quad reads "192.0.2.1:1234", which is what most peers are, at a fraction of netip's price. What it does not take is left to netip.
func quad(s string) (a netip.Addr, ok bool) {
	var b [4]byte
	at := 0
	for i := range b {
		n, end := number(s, at, 3)
		if end == at || n > 255 || end-at > 1 && s[at] == '0' || end == len(s) || s[end] != ".:"[i/3] {
			return a, false
		}
		b[i], at = byte(n), end+1
	}
	port, end := number(s, at, 5)
	return netip.AddrFrom4(b), end > at && end == len(s) && port < 1<<16
}

// number reads up to most digits from at on, and returns where they end.
func number(s string, at, most int) (n, end int) {
	for end = at; end < min(at+most, len(s)) && s[end]-'0' <= 9; end++ {
		n = 10*n + int(s[end]-'0')
	}
	return n, end
}
