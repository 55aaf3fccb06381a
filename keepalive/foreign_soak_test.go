//go:build linux && !portable

package keepalive_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// Servers in which nothing of ours runs, at the other end of a cable: they
// write the Id of each POST they have acted on into the file "seen". Their idle
// limit is a second, which node says and nginx does not.
const nginxConf = `daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error;
events { worker_connections 4096; }
http { log_format id $http_id; client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
server { listen 10.77.0.1:8080; keepalive_timeout 1s; access_log %[1]s/seen id; location / { return 200 ok; } } }`

const nodeServer = `
const fs = require('fs'), out = fs.openSync(process.argv[1] + '/seen', 'a');
const s = require('http').createServer((q, r) => { q.resume(); q.on('end', () => { fs.writeSync(out, q.headers.id + '\n'); r.end('ok'); }); });
s.keepAliveTimeout = 1000; s.listen(8080, '10.77.0.1');`

func nginx(t *testing.T, dir string) []string {
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"nginx", "-p", dir, "-c", conf}
}

func node(_ *testing.T, dir string) []string { return []string{"node", "-e", nodeServer, dir} }

// start runs a server at the server's end until the test is over.
func (c *cable) start(args []string) {
	c.t.Helper()
	cmd := exec.Command("ip", append([]string{"netns", "exec", serverEnd}, args...)...) // execs: the process is the server
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
	dial := c.dialer()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		conn, err := dial(c.t.Context(), "tcp4", "10.77.0.1:8080")
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(until) {
			c.t.Fatal(err)
		}
	}
}

// The closing edge of nginx and node over a cable with 20 ms each way and 1 %
// loss, the client as it comes: no POST is seen twice, and each that fails says
// that it may have been seen.
func TestSoakForeignEdgeOverACable(t *testing.T) {
	if !soaking() {
		return
	}
	for name, server := range map[string]func(*testing.T, string) []string{"nginx": nginx, "node": node} {
		t.Run(name, func(t *testing.T) {
			c, dir := newCable(t), t.TempDir()
			c.start(server(t, dir))
			tr := newTransport(t, &keepalive.Transport{Base: &http.Transport{DialContext: c.dialer()}})
			c.loss.Store(1)
			c.delay.Store(int64(20 * time.Millisecond))
			const workers, each, idle = 100, 50, time.Second
			errs := load(t.Context(), workers, each, func(w, i int) error {
				req := request(t, "POST", "http://"+net.JoinHostPort("10.77.0.1", "8080")+"/", strings.NewReader("x"), "Id", fmt.Sprint(w, "/", i))
				resp, err := tr.RoundTrip(req)
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				time.Sleep(idle - 25*time.Millisecond + time.Duration((i*7+w)%100)*500*time.Microsecond)
				return err
			})
			seen, err := os.ReadFile(filepath.Join(dir, "seen"))
			if err != nil {
				t.Fatal(err)
			}
			duplicates, ids := 0, make(map[string]bool)
			for id := range strings.Lines(string(seen)) {
				if ids[id] {
					duplicates++
				}
				ids[id] = true
			}
			t.Logf("%d POSTs: %d failed, %d duplicated; %+v", workers*each, len(errs), duplicates, tr.Stats().Counts)
			if duplicates > 0 || len(ids) < workers*each-len(errs) {
				t.Errorf("%d POSTs were seen twice, %d at all", duplicates, len(ids))
			}
			for _, err := range errs {
				var ce *keepalive.ConnError
				if !errors.As(err, &ce) || ce.Seen != keepalive.Unknown {
					t.Errorf("error = %v", err)
				}
				t.Log(err)
			}
		})
	}
}
