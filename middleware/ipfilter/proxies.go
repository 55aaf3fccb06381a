package ipfilter

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/hotpath-go/hotpath/middleware/internal/option"
)

// A Proxies is safe for concurrent use, and never changed. It knows which peers' word on a client's address counts. A nil *Proxies trusts nobody.
type Proxies struct {
	trusted *Table
	header  string
	local   bool
}

// ProxyOptions says whom to trust. It is a value: NewProxies copies it.
type ProxyOptions struct {
	// Trusted are the proxies' own addresses. Zero means there are none.
	Trusted []netip.Prefix
	// Header is what they append the peer's address to, as a list, or set to it. A header that only some of them set must not be
	// used: the client sets the rest. Zero means X-Forwarded-For.
	Header string
	// Local says that a peer without an IP address, at a Unix socket, is a trusted proxy. Zero means it is an unknown client.
	Local bool
}

// NewProxies returns an error if a prefix is invalid. Nil means the zero ProxyOptions.
func NewProxies(given *ProxyOptions) (*Proxies, error) {
	o := option.Of(given)
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
	var ip [4]byte
	for part := range ip {
		n, digits := number(s)
		if digits < 1 || digits > 3 || digits >= len(s) || n > 255 || n < least[digits] || s[digits] != "...:"[part] {
			return a, false
		}
		ip[part] = byte(n)
		s = s[digits+1:]
	}
	port, digits := number(s)
	return netip.AddrFrom4(ip), digits == len(s) && digits >= 1 && digits <= 5 && port < 1<<16
}

// least is the least number of so many digits: one that begins with a zero is another system's octal one.
var least = [...]uint32{2: 10, 3: 100}

// number reads the digits that s begins with. It may overflow where there are too many.
func number(s string) (n uint32, digits int) {
	for digits < len(s) && s[digits]-'0' <= 9 {
		n = 10*n + uint32(s[digits]-'0')
		digits++
	}
	return n, digits
}
