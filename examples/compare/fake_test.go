package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain also plays the other roles that this binary is started in: the load
// client, the fake identity server, and a whole comparison in a process of its own.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch role := os.Args[1]; {
		case role == clientRole, role == "-identity":
			leavePid()
			os.Exit(run(time.Now(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
		case role == "-watchdog":
			os.Exit(stuck())
		case role == "-variant":
			leavePid()
			os.Exit(serveFake(os.Args[1:]))
		}
	}
	goleak.VerifyTestMain(m)
}

// leavePid tells a test which processes there were.
func leavePid() {
	if dir := os.Getenv("FAKE_PIDS"); dir != "" {
		os.WriteFile(filepath.Join(dir, strconv.Itoa(os.Getpid())), nil, 0o600)
	}
}

// stuck is a run that has forgotten its context, long after its time.
func stuck() int {
	var kids Children
	kids.start(exec.Command(os.Args[0], "-variant", "plain", "-addr", "127.0.0.1:0"))
	defer watch(&kids, time.Now().Add(2*time.Second-hardLimit), os.Stderr).Stop()
	select {}
}

// fake answers as examples/identity does, as far as compare asks. Its data lives in
// a file, so that a restart finds the users. Safe for concurrent use.
type fake struct {
	mu       sync.Mutex
	file     string
	names    map[string]string // email → name
	asked    atomic.Int64
	requests atomic.Uint64
}

func serveFake(args []string) int {
	fs := flag.NewFlagSet("fake", flag.ExitOnError)
	variant := fs.String("variant", "", "")
	addr := fs.String("addr", "", "")
	dir := fs.String("data", "", "")
	fs.Bool("debug", false, "")
	fs.Duration("drain", 0, "")
	fs.Parse(args)
	f := &fake{file: filepath.Join(*dir, "users.json"), names: make(map[string]string)}
	if b, err := os.ReadFile(f.file); err == nil {
		json.Unmarshal(b, &f.names)
	}
	os.MkdirAll(*dir, 0o700)
	ln, err := net.Listen("tcp", *addr)
	if err != nil {
		return 1
	}
	if os.Getenv("FAKE_MODE") == "silent" {
		select {}
	}
	go http.Serve(ln, f.handler(map[string]int{"plain": 2500, "hot": 1000}[*variant]))
	fmt.Println("listening on", ln.Addr())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	return 0
}

func (f *fake) handler(size int) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/users", f.register)
	mux.HandleFunc("POST /v1/sessions", f.login)
	mux.HandleFunc("GET /v1/session", func(w http.ResponseWriter, r *http.Request) {
		f.profile(w, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), size)
	})
	mux.HandleFunc("GET /v1/users/{id}", func(w http.ResponseWriter, r *http.Request) {
		f.profile(w, r.PathValue("id"), size)
	})
	mux.HandleFunc("GET /debug/stats", func(w http.ResponseWriter, _ *http.Request) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		json.NewEncoder(w).Encode(ServerStats{m.Mallocs, m.TotalAlloc, f.requests.Load()})
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.requests.Add(1)
		mux.ServeHTTP(w, r)
	})
}

// busy refuses every third request, as a server does that is hashing on all cores.
func (f *fake) busy(w http.ResponseWriter) bool {
	if f.asked.Add(1)%3 != 0 {
		return false
	}
	w.Header().Set("Retry-After", "0")
	w.WriteHeader(http.StatusServiceUnavailable)
	return true
}

func (f *fake) register(w http.ResponseWriter, r *http.Request) {
	var a struct{ Name, Email, Password string }
	if f.busy(w) || !strict(w, r, &a) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names[a.Email] = a.Name
	b, _ := json.Marshal(f.names)
	os.WriteFile(f.file, b, 0o600)
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(map[string]string{"id": a.Email})
}

func (f *fake) login(w http.ResponseWriter, r *http.Request) {
	var a struct{ Email, Password string }
	if f.busy(w) || !strict(w, r, &a) {
		return
	}
	w.WriteHeader(http.StatusCreated)
	json.NewEncoder(w).Encode(map[string]string{"token": a.Email})
}

// strict takes no member that the endpoint does not have, as identity does not.
func strict(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return false
	}
	return true
}

// profile is over 2 kB from plain, so that net/http sends it chunked, and shorter
// from hot.
func (f *fake) profile(w http.ResponseWriter, email string, size int) {
	f.mu.Lock()
	name := f.names[email]
	f.mu.Unlock()
	json.NewEncoder(w).Encode(map[string]string{"name": name, "fill": strings.Repeat("x", size)})
}
