// Command foreign times POSTs to ±0.5 ms around the idle close of net/http's
// server, nginx and node's http, in which nothing of ours runs, and prints how
// many failed, with what is known of each, and how many were seen twice. One of
// the idle limits is no whole number of seconds: only closes teach that one. The
// client is as it comes; each of its Transports meets its server for the first
// time. It needs nginx and node in PATH.
//
//	go run ./foreign [-workers 500] [-rounds 20] [-times 1] [-only nginx]
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// foreign is a server whose process writes a line into the file seen in dir for
// each POST that was acted on.
type foreign struct {
	name  string
	url   string // before the address
	idle  time.Duration
	start func(dir, port string) *exec.Cmd
}

func main() {
	workers := flag.Int("workers", 500, "connections at once")
	rounds := flag.Int("rounds", 20, "POSTs of each")
	only := flag.String("only", "", "the servers whose names contain this")
	times := flag.Int("times", 1, "how many Transports, one after the other")
	serve := flag.String("serve", "", "be net/http's server for http or https, with a directory and a port")
	flag.Parse()
	log.SetFlags(0)
	if *serve != "" {
		log.Fatal(beServer(*serve, flag.Arg(0), flag.Arg(1)))
	}
	for _, f := range []foreign{
		{"net/http, IdleTimeout 1s (not said)", "http://", time.Second, stock("http")},
		{"net/http, https, IdleTimeout 1s (not said)", "https://", time.Second, stock("https")},
		{"nginx, keepalive_timeout 1s (not said)", "http://", time.Second, nginx("1s")},
		{"nginx, keepalive_timeout 1700ms (not said)", "http://", 1700 * time.Millisecond, nginx("1700ms")},
		{"nginx, keepalive_timeout 1s 1s (said)", "http://", time.Second, nginx("1s 1s")},
		{"node http, keepAliveTimeout 1000 (said)", "http://", time.Second, node},
	} {
		if !strings.Contains(f.name, *only) {
			continue
		}
		if err := f.race(*workers, *rounds, *times); err != nil {
			log.Fatal(f.name, ": ", err)
		}
	}
}

func stock(scheme string) func(dir, port string) *exec.Cmd {
	return func(dir, port string) *exec.Cmd {
		self, err := os.Executable()
		if err != nil {
			log.Fatal(err)
		}
		return exec.Command(self, "-serve", scheme, dir, port)
	}
}

func beServer(scheme, dir, port string) error {
	out, err := os.OpenFile(filepath.Join(dir, "seen"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			_, _ = out.WriteString(r.Header.Get("Id") + "\n")
			_, _ = io.WriteString(w, "ok")
		}
	}))
	_ = s.Listener.Close()
	if s.Listener, err = net.Listen("tcp", "127.0.0.1:"+port); err != nil {
		return err
	}
	s.Config.IdleTimeout = time.Second
	if scheme == "https" {
		s.StartTLS()
	} else {
		s.Start()
	}
	select {} // until it is killed
}

func nginx(timeout string) func(dir, port string) *exec.Cmd {
	return func(dir, port string) *exec.Cmd {
		conf := fmt.Sprintf(`daemon off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error;
events { worker_connections 4096; }
http { log_format id $http_id; client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
server { listen 127.0.0.1:%[2]s; keepalive_timeout %[3]s; access_log %[1]s/seen id; location / { return 200 ok; } } }`, dir, port, timeout)
		file := filepath.Join(dir, "nginx.conf")
		if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
			log.Fatal(err)
		}
		return exec.Command("nginx", "-p", dir, "-c", file)
	}
}

func node(dir, port string) *exec.Cmd {
	return exec.Command("node", "-e", `
const fs = require('fs'), out = fs.openSync(process.argv[1] + '/seen', 'a');
const s = require('http').createServer((q, r) => { q.resume(); q.on('end', () => { fs.writeSync(out, q.headers.id + '\n'); r.end('ok'); }); });
s.keepAliveTimeout = 1000; s.listen(+process.argv[2], '127.0.0.1');`, dir, port)
}

func (f foreign) race(workers, rounds, times int) error {
	dir, err := os.MkdirTemp("", "foreign")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	addr, stop, err := f.run(dir)
	if err != nil {
		return err
	}
	defer stop()
	var failed []error
	var sum keepalive.Counts
	begin := time.Now()
	for i := range times {
		tr := &keepalive.Transport{Base: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
		failed = append(failed, f.meet(tr, addr, fmt.Sprint(i), workers, rounds)...)
		st := tr.Stats().Counts
		sum.Dials += st.Dials
		sum.RetriesProven += st.RetriesProven
		sum.FoundClosed += st.FoundClosed
		sum.ClosedIdle += st.ClosedIdle
		tr.CloseIdleConnections()
	}
	took := time.Since(begin)
	time.Sleep(100 * time.Millisecond)
	twice, err := duplicates(filepath.Join(dir, "seen"))
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d POSTs in %.0f s, %d failed, %d seen twice; %d dials, %d proven unseen and sent again, %d found closed, %d closed in time\n",
		f.name, workers*rounds*times, took.Seconds(), len(failed), twice, sum.Dials, sum.RetriesProven, sum.FoundClosed, sum.ClosedIdle)
	for _, err := range failed {
		fmt.Println("  ", err)
	}
	if slices.ContainsFunc(failed, func(err error) bool {
		e, ok := errors.AsType[*keepalive.ConnError](err)
		return !ok || e.Seen != keepalive.Unknown
	}) {
		return errors.New("an error does not say why it was not retried")
	}
	return nil
}

// run starts the server and waits until it listens.
func (f foreign) run(dir string) (addr string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr = ln.Addr().String()
	_ = ln.Close()
	_, port, _ := net.SplitHostPort(addr)
	server := f.start(dir, port)
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait() }
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return addr, stop, c.Close()
		}
		if time.Now().After(until) {
			stop()
			return "", nil, err
		}
	}
}

// meet has every worker post at the moment in which its connection is closed.
func (f foreign) meet(tr *keepalive.Transport, addr, id string, workers, rounds int) (failed []error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				if err := post(tr, f.url+addr+"/", fmt.Sprint(id, "-", w, "-", i)); err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
				time.Sleep(f.idle - 500*time.Microsecond + time.Duration((i*7+w)%100)*10*time.Microsecond)
			}
		})
	}
	wg.Wait()
	return failed
}

func post(rt http.RoundTripper, url, id string) error {
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader("id "+strconv.Quote(id)))
	if err != nil {
		return err
	}
	req.Header.Set("Id", id)
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func duplicates(file string) (n int, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	seen := make(map[string]bool)
	for id := range strings.Lines(string(b)) {
		if seen[id] {
			n++
		}
		seen[id] = true
	}
	return n, nil
}
