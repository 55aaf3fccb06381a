package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/keepalive"
	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/accesslog"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
	"github.com/hotpath-go/hotpath/netpoll"
	"github.com/hotpath-go/hotpath/pool"
	"github.com/hotpath-go/hotpath/zerocopy"
)

// hot is the service with hotpath's modules around and inside net/http.
type hot struct {
	*App
	reader        codec.Reader
	registrations pool.Pool[registrationJSON]
	credentials   pool.Pool[credentialsJSON]
}

// openHot stacks the listeners, the innermost first: TCP options that connections inherit, parking of idle connections,
// header and body in one call. Each is a net.Listener; the server is http.Server as it comes.
func openHot(addr string, h http.Handler, log *slog.Logger) (*http.Server, net.Listener, error) {
	config := keepalive.ListenConfig{KeepAlive: net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 10 * time.Second, Count: 3}}
	tcp, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	parking, err := netpoll.Listen(tcp, nil)
	if err != nil {
		tcp.Close()
		return nil, nil, err
	}
	server := newServer(h, log)
	// Told 115 s, closed after 120: a client that believes the header never meets the close.
	policy := &keepalive.Policy{IdleTimeout: server.IdleTimeout - 5*time.Second, Grace: 5 * time.Second}
	policy.Configure(server)
	parking.Install(server)
	return server, zerocopy.NewListener(parking), nil
}

func hotClient() *http.Client { return newClient(&keepalive.Transport{}) }

func hotEvents(events []Event) ([]byte, error) { return codec.Marshal((*eventsJSON)(&events)) }

func newHot(app *App) (h http.Handler, closeHandler func() error) {
	log := accesslog.New(&accesslog.Options{Writer: app.logOut})
	s := &hot{App: app, reader: hotReader()}
	// No pool holds on to a password. Its bytes in codec's buffer last until the next body overwrites them: Go wipes nothing.
	s.registrations.Reset = func(r *registrationJSON) { *r = registrationJSON{} }
	s.credentials.Reset = func(c *credentialsJSON) { *c = credentialsJSON{} }
	chain := middleware.Chain{
		log.Middleware,
		requestid.New(&requestid.Options{IgnoreIncoming: true}),
		recovery.New(&recovery.Options{Logger: app.log}),
	}
	return chain.Then(s.onePath(s.routes())), log.Close
}

// hotReader has the policies that plain's decodeStrict spells out.
func hotReader() codec.Reader {
	return codec.Reader{Limit: maxBody, Options: codec.Options{
		DuplicateKeys: codec.RejectDuplicates,
		UnknownFields: codec.RejectUnknownFields,
		InvalidUTF8:   codec.RejectInvalidUTF8,
		MaxDepth:      maxDepth,
	}}
}

// routes registers every path twice: with its methods, and without for the 405 that names them. ServeMux would send
// that as text.
func (s *hot) routes() *http.ServeMux {
	mux := http.NewServeMux()
	s.route(mux, "/v1/users", methods{"POST": s.register})
	s.route(mux, "/v1/sessions", methods{"POST": s.login})
	s.route(mux, "/v1/session", methods{"GET": s.session, "DELETE": s.logout})
	s.route(mux, "/v1/users/{id}", methods{"GET": s.user})
	s.route(mux, "/v1/audit", methods{"GET": s.recentLogins})
	s.route(mux, "/healthz", methods{"GET": noError(s.healthz)})
	s.route(mux, "/readyz", methods{"GET": noError(s.readyz)})
	s.route(mux, "/static/{path...}", methods{"GET": s.asset})
	s.route(mux, "/{$}", methods{"GET": s.asset})
	if s.debug {
		s.route(mux, "/debug/stats", methods{"GET": noError(s.stats)})
	}
	mux.HandleFunc("/static", s.noRoute) // or ServeMux redirects it to /static/
	mux.HandleFunc("/", s.noRoute)
	return mux
}

// endpoint answers or returns an error, when nothing has been answered yet.
type endpoint func(http.ResponseWriter, *http.Request) error

type methods map[string]endpoint

func (s *hot) route(mux *http.ServeMux, path string, methods methods) {
	var allow []string
	for method, serve := range methods {
		if allow = append(allow, method); method == "GET" {
			allow = append(allow, "HEAD") // ServeMux's GET takes both
		}
		mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
			if err := serve(w, r); err != nil {
				s.fail(w, r, err)
			}
		})
	}
	slices.Sort(allow)
	allowed := strings.Join(allow, ", ")
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed)
		s.fail(w, r, ErrMethod)
	})
}

func noError(h http.HandlerFunc) endpoint {
	return func(w http.ResponseWriter, r *http.Request) error { h(w, r); return nil }
}

func (s *hot) noRoute(w http.ResponseWriter, r *http.Request) { s.fail(w, r, ErrNoRoute) }

// onePath refuses what ServeMux would redirect, and the asterisk, which it would refuse without a document: an API has one
// spelling for each path. It does not allocate.
func (s *hot) onePath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.EscapedPath()
		if !spelledOnce(p) {
			s.noRoute(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func spelledOnce(p string) bool {
	clean := path.Clean(p)
	return strings.HasPrefix(p, "/") && (clean == p || clean != "/" && clean == strings.TrimSuffix(p, "/"))
}
