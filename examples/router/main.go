// Router is a small API on middleware/router: http.ServeMux's patterns, a group that asks for a key, links built from route
// names, and a table that is replaced while the server runs.
//
//	go run ./examples/router -addr 127.0.0.1:8080
//	curl -i 127.0.0.1:8080/users/42
//	curl -X PUT -H 'X-Key: secret' 127.0.0.1:8080/admin/closed/true
//	curl -i 127.0.0.1:8080/users/42
//
// prints
//
//	{"id":"42","friends":"/users/42/friends"}
//	closed: true
//	closed for today
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/recovery"
	"github.com/hotpath-go/hotpath/middleware/requestid"
	"github.com/hotpath-go/hotpath/middleware/router"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen; port 0 chooses one")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("router takes flags only; not %q", flag.Arg(0))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := run(ctx, *addr); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	stack := middleware.Stack{requestid.Piece(nil), recovery.Piece(nil)}
	srv := &http.Server{Handler: stack.Then(newAPI().router), ReadHeaderTimeout: 5 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		bye, cancel := context.WithTimeout(context.Background(), 10*time.Second) // Shutdown gives a new connection 5 s
		defer cancel()
		stopped <- srv.Shutdown(bye)
	}()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// api has a router whose table it replaces.
type api struct{ router *router.Router }

func newAPI() *api {
	a := new(api)
	a.router = router.New(a.table(false), &router.Options{NoPathValue: true, RefuseAmbiguous: true})
	return a
}

// table is built anew for each replacement; requests that have begun go on with the old one.
func (a *api) table(closed bool) *router.Table {
	t := new(router.Table)
	admin := t.Group("/admin", needKey)
	admin.Handle("PUT /closed/{closed}", router.Func(a.setClosed))
	admin.HandleFunc("GET /routes", a.listRoutes)
	if closed {
		t.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "closed for today", http.StatusServiceUnavailable)
		})
		return t
	}
	t.HandleFunc("GET /users/{id}", a.user)
	must(t.Add(router.Route{Pattern: "GET /users/{id}/friends", Name: "friends", Handler: http.NotFoundHandler()}))
	return t
}

func (a *api) user(w http.ResponseWriter, _ *http.Request) {
	id := router.Value(w, "id")
	friends, err := a.router.URL("friends", "id", id)
	if err != nil { // closed in between
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, "{\"id\":%q,\"friends\":%q}\n", id, friends)
}

func (a *api) setClosed(w http.ResponseWriter, _ *http.Request, m middleware.Match) {
	closed := m.Value("closed") == "true"
	a.router.Replace(a.table(closed))
	fmt.Fprintln(w, "closed:", closed)
}

func (a *api) listRoutes(w http.ResponseWriter, _ *http.Request) {
	for _, r := range a.router.Routes() {
		fmt.Fprintln(w, r.Pattern)
	}
}
