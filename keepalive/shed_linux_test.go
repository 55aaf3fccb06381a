//go:build linux && !portable

package keepalive_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/hotpath-go/hotpath/keepalive"
)

// everywhere is a server that all of 127.0.0.0/8 leads to.
func everywhere(t *testing.T) (port string) {
	t.Helper()
	ln, err := net.Listen("tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(echo)
	_ = s.Listener.Close()
	s.Listener = ln
	s.Start()
	t.Cleanup(s.Close)
	_, port, _ = net.SplitHostPort(ln.Addr().String())
	return port
}

func visitAll(t *testing.T, rt http.RoundTripper, port string, hosts int) []error {
	return load(t.Context(), 4, hosts/4, func(w, i int) error {
		_, _, err := exchange(t.Context(), rt, "POST", fmt.Sprintf("http://127.0.1.%d:%s/", w*hosts/4+i+1, port), strings.NewReader("x"))
		return err
	})
}

// More hosts than the process has files for: what is kept for one makes room
// for another, and no request fails. The limit is the process's, so the client
// is a process of its own.
func TestTotalIsWhatThereAreFilesFor(t *testing.T) {
	const env, hosts, files = "KEEPALIVE_TEST_PORT", 200, 64
	if port := os.Getenv(env); port != "" {
		var old syscall.Rlimit
		_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old)
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: files, Max: old.Max}); err != nil {
			t.Fatal(err)
		}
		std := new(http.Transport)
		if errs := visitAll(t, std, port, hosts); len(errs) == 0 {
			t.Error("http.Transport has files for all: the test shows nothing")
		}
		std.CloseIdleConnections()
		tr := newTransport(t, new(keepalive.Transport))
		if errs := visitAll(t, tr, port, hosts); len(errs) > 0 {
			t.Errorf("%d of %d failed: %v", len(errs), hosts, errs[0])
		}
		if st := tr.Stats(); st.Idle < files/2 || st.Idle > files {
			t.Errorf("%d kept, of %d files", st.Idle, files)
		}
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestTotalIsWhatThereAreFilesFor$")
	cmd.Env = append(os.Environ(), env+"="+everywhere(t))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Base.MaxIdleConns is a limit over all hosts; those used last stay.
func TestMaxIdleConnsOfBase(t *testing.T) {
	t.Parallel()
	port := everywhere(t)
	tr := newTransport(t, &keepalive.Transport{Base: &http.Transport{MaxIdleConns: 3}})
	for range 2 {
		for i := range 8 {
			if _, _, err := exchange(t.Context(), tr, "GET", fmt.Sprintf("http://127.0.2.%d:%s/", i+1, port), nil); err != nil {
				t.Fatal(err)
			}
			if st := tr.Stats(); st.Idle > 3 {
				t.Fatalf("%d idle, want 3 at most", st.Idle)
			}
		}
	}
	last := fmt.Sprintf("127.0.2.8:%s", port)
	if st := tr.Stats(); st.Idle != 3 || st.Addrs[last].Idle != 1 || st.Dials != 16 {
		t.Errorf("stats = %+v", st)
	}
}
