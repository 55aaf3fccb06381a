// Command foreign times POSTs to meet the idle close of nginx and of node's
// http, in which nothing of ours runs, and prints how many failed and how many
// were seen twice. It needs nginx and node in PATH.
//
//	go run ./foreign [-workers 500] [-rounds 20]
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

const idle = time.Second

func main() {
	workers := flag.Int("workers", 500, "connections at once")
	rounds := flag.Int("rounds", 20, "POSTs of each")
	flag.Parse()
	log.SetFlags(0)
	for _, f := range []struct {
		name  string
		start func(dir, port string) *exec.Cmd
		seen  string // a line for each POST that was acted on
	}{
		{"nginx, keepalive_timeout 1s (not said)", nginx("1s"), "seen"},
		{"nginx, keepalive_timeout 1s 1s (said)", nginx("1s 1s"), "seen"},
		{"node http, keepAliveTimeout 1000 (said)", node, "seen"},
	} {
		dir, err := os.MkdirTemp("", "foreign")
		if err != nil {
			log.Fatal(err)
		}
		if err := race(f.name, f.start, dir, filepath.Join(dir, f.seen), *workers, *rounds); err != nil {
			log.Fatal(f.name, ": ", err)
		}
		_ = os.RemoveAll(dir)
	}
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

func race(name string, start func(dir, port string) *exec.Cmd, dir, seen string, workers, rounds int) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := ln.Addr().String()
	_ = ln.Close()
	_, port, _ := net.SplitHostPort(addr)
	server := start(dir, port)
	server.Stderr = os.Stderr
	if err := server.Start(); err != nil {
		return err
	}
	defer func() { _ = server.Process.Signal(os.Interrupt); _ = server.Wait() }()
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
			break
		}
		if time.Now().After(until) {
			return err
		}
	}
	tr := new(keepalive.Transport)
	defer tr.CloseIdleConnections()
	var mu sync.Mutex
	var failed []error
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range rounds {
				if err := post(tr, "http://"+addr+"/", fmt.Sprint(w, "-", i)); err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
				time.Sleep(idle - 500*time.Microsecond + time.Duration((i*7+w)%100)*10*time.Microsecond)
			}
		})
	}
	wg.Wait()
	time.Sleep(100 * time.Millisecond)
	twice, err := duplicates(seen)
	if err != nil {
		return err
	}
	st := tr.Stats()
	fmt.Printf("%s: %d POSTs, %d failed, %d seen twice; %d proven, %d found closed, %d closed in time\n",
		name, workers*rounds, len(failed), twice, st.RetriesProven, st.FoundClosed, st.ClosedIdle)
	for _, err := range failed[:min(len(failed), 2)] {
		if e, ok := errors.AsType[*keepalive.ConnError](err); !ok || e.Seen != keepalive.Unknown {
			return err
		}
		fmt.Println("  ", err)
	}
	return nil
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
