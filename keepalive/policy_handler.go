package keepalive

import (
	"net/http"
	"strings"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// Handler returns next with the policy's headers on its answers. Limits for
// each connection also need ConnContext; Configure installs both.
func (p *Policy) Handler(next http.Handler) http.Handler {
	p.once.Do(p.prepare)
	return &policyHandler{policy: p, next: next}
}

type policyHandler struct {
	policy *Policy
	next   http.Handler
}

// ServeHTTP is on every request's path: it writes the header map directly,
// with values made beforehand and keys already canonical.
func (h *policyHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p := h.policy
	end := p.draining.Load()
	if p.limited {
		c, ok := r.Context().Value(connKey{p}).(*connLife)
		if !ok {
			noConnection()
		}
		if c.spend(p) { // it counts, so it always runs
			end = true
		}
	}
	switch {
	case end && !upgrades(r):
		w.Header()["Connection"] = closeValue
	case p.advert != nil && r.ProtoMajor == 1 && !r.Close:
		w.Header()["Keep-Alive"] = p.advert
	}
	h.next.ServeHTTP(w, r)
}

// noConnection stays out of ServeHTTP, which is hot.
func noConnection() {
	panic("keepalive: Policy.MaxRequests and MaxAge need the connection: " +
		"call Policy.Configure(server), or set http.Server.ConnContext to Policy.ConnContext")
}

// upgrades spares a request whose Connection header has another meaning. A
// server that ignores h2c, as net/http does, may still say close to it; and
// without the token an Upgrade field means nothing (RFC 9110 §7.8): some
// intermediaries let it through alone, with every request.
func upgrades(r *http.Request) bool {
	u := r.Header["Upgrade"]
	return len(u) > 0 && !strings.EqualFold(u[0], "h2c") && wire.HasToken(r.Header["Connection"], "upgrade")
}
