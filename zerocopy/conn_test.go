package zerocopy_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

func TestConnHidesAndInventsNothing(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			server, client := pair(t, network)
			have, want := reflect.TypeOf(server), reflect.TypeOf(client)
			for m := range want.Methods() {
				if _, ok := have.MethodByName(m.Name); !ok {
					t.Errorf("%s of %v is hidden", m.Name, want)
				}
			}
			allowed := map[string]bool{"NetConn": true}
			for m := range have.Methods() {
				if _, ok := want.MethodByName(m.Name); !ok && !allowed[m.Name] {
					t.Errorf("%s is invented", m.Name)
				}
			}
			inner := server.(interface{ NetConn() net.Conn }).NetConn()
			if reflect.TypeOf(inner) != want {
				t.Errorf("NetConn is a %T; want %v", inner, want)
			}
			if reflect.TypeOf(server.LocalAddr()) != reflect.TypeOf(inner.LocalAddr()) || server.LocalAddr().String() != inner.LocalAddr().String() {
				t.Errorf("LocalAddr %T %v; want %T %v", server.LocalAddr(), server.LocalAddr(), inner.LocalAddr(), inner.LocalAddr())
			}
		})
	}
}

func TestConnBasics(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network+"/both ways and half close", func(t *testing.T) {
			server, client := pair(t, network)
			go func() {
				io.Copy(server, server)
				server.(interface{ CloseWrite() error }).CloseWrite()
			}()
			want := noise(1 << 20)
			go func() {
				client.Write(want)
				client.(interface{ CloseWrite() error }).CloseWrite()
			}()
			got, err := io.ReadAll(client)
			if err != nil {
				t.Error(err)
			}
			equal(t, "echo", got, want)
		})
		t.Run(network+"/past deadlines", func(t *testing.T) {
			server, _ := pair(t, network)
			server.SetDeadline(time.Unix(1, 0))
			_, rerr := server.Read(make([]byte, 10))
			_, werr := server.Write([]byte("x"))
			_, serr := zerocopy.Send(server, zerocopy.NewBody(zerocopy.String("x"), zerocopy.String("y")))
			for _, err := range []error{rerr, werr, serr} {
				if ne, ok := errors.AsType[net.Error](err); !ok || !ne.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%v; want a timeout", err)
				}
			}
			server.SetDeadline(time.Time{})
			if _, err := server.Write([]byte("x")); err != nil {
				t.Errorf("after the deadline is lifted: %v", err)
			}
		})
		t.Run(network+"/close ends a read and a send", func(t *testing.T) {
			server, _ := pair(t, network)
			errs := make(chan error, 2)
			go func() { _, err := server.Read(make([]byte, 10)); errs <- err }()
			go func() {
				_, err := zerocopy.Send(server, zerocopy.NewBody(zerocopy.Bytes(make([]byte, 64<<20))))
				errs <- err
			}()
			time.Sleep(10 * time.Millisecond) // both orders are right, this one is the aim
			server.Close()
			for range 2 {
				if err := <-errs; !errors.Is(err, net.ErrClosed) {
					t.Errorf("%v; want net.ErrClosed", err)
				}
			}
			if err := server.Close(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("second Close: %v; want net.ErrClosed", err)
			}
		})
	}
}

func TestSendToConns(t *testing.T) {
	for _, sm := range samples(t) {
		for _, network := range []string{"tcp", "unix", "bare tcp", "bare unix"} {
			t.Run(sm.name+"/"+network, func(t *testing.T) {
				name, bare := strings.CutPrefix(network, "bare ")
				server, client := pair(t, name)
				if bare {
					server = server.(interface{ NetConn() net.Conn }).NetConn()
				}
				go func() {
					if n, err := zerocopy.Send(server, sm.body); n != sm.body.Len() || err != nil {
						t.Errorf("sent %d, %v; want %d, nil", n, err, sm.body.Len())
					}
					server.Close()
				}()
				got, err := io.ReadAll(client)
				if err != nil {
					t.Error(err)
				}
				equal(t, "received", got, sm.want)
			})
		}
	}
}

// endless bodies are longer than any socket buffer. The file is sparse.
func endless(t *testing.T) map[string]*zerocopy.Body {
	const size = 32 << 20
	f := tempFile(t, nil)
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	return map[string]*zerocopy.Body{
		"piece":  zerocopy.NewBody(zerocopy.Bytes(make([]byte, size))),
		"memory": zerocopy.NewBody(zerocopy.String("x"), zerocopy.Bytes(make([]byte, size))),
		"file":   zerocopy.NewBody(zerocopy.String("x"), zerocopy.File(f, 0, size)),
	}
}

// A peer that does not read must not hold a sender past its write deadline,
// whatever kind of segment it waits in.
func TestWriteDeadline(t *testing.T) {
	for name, b := range endless(t) {
		t.Run(name, func(t *testing.T) {
			server, client := pair(t, "tcp")
			server.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
			n, err := zerocopy.Send(server, b)
			if !errors.Is(err, os.ErrDeadlineExceeded) || n == b.Len() {
				t.Errorf("sent %d, %v; want a part and ErrDeadlineExceeded", n, err)
			}
			server.Close()
			// n is exact: that many bytes arrive, no more and no fewer.
			if got, _ := io.Copy(io.Discard, client); got != n {
				t.Errorf("client got %d; Send reported %d", got, n)
			}
		})
	}
}

func TestClientThatResetsMidBody(t *testing.T) {
	for name, b := range endless(t) {
		t.Run(name, func(t *testing.T) {
			errs := make(chan error, 1)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, err := zerocopy.Reply(w, r, b)
				errs <- err
			})
			before := openFiles(t)
			for range 8 {
				c := s.dial(t)
				fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				io.ReadFull(c, make([]byte, 100_000))
				c.(*net.TCPConn).SetLinger(0)
				c.Close()
				if err := <-errs; err == nil || errors.Is(err, zerocopy.ErrShortFile) {
					t.Errorf("%v; want the error of the socket", err)
				}
			}
			s.srv.Close() // goleak looks for goroutines, this for fds
			for i := 0; openFiles(t) > before && i < 500; i++ {
				time.Sleep(10 * time.Millisecond)
			}
			if now := openFiles(t); now > before {
				t.Errorf("%d open files; want at most %d", now, before)
			}
		})
	}
}

// openFiles is 0 where the system does not tell.
func openFiles(t testing.TB) int {
	t.Helper()
	fds, _ := os.ReadDir("/proc/self/fd")
	return len(fds)
}

// stacked is a conn of another package that can be seen through, as a parking
// listener returns it.
type stacked struct{ *net.TCPConn }

func (s stacked) NetConn() net.Conn { return s.TCPConn }

// metered embeds a conn to count its writes, and says nothing about it.
type metered struct{ *net.TCPConn }

// around lets a test stand between the Listener and the socket.
type around struct {
	net.Listener
	wrap func(*net.TCPConn) net.Conn
}

func (a around) Accept() (net.Conn, error) {
	c, err := a.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return a.wrap(c.(*net.TCPConn)), nil
}

func TestListenerOnOtherListeners(t *testing.T) {
	for name, tt := range map[string]struct {
		wrap    func(*net.TCPConn) net.Conn
		wrapped bool
	}{
		"seen through":       {func(c *net.TCPConn) net.Conn { return stacked{c} }, true},
		"says nothing":       {func(c *net.TCPConn) net.Conn { return metered{c} }, false},
		"only a net.Conn":    {func(c *net.TCPConn) net.Conn { return struct{ net.Conn }{c} }, false},
		"a Listener of ours": {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var inner net.Listener = zerocopy.NewListener(ln)
			if tt.wrap != nil {
				inner = around{ln, tt.wrap}
			}
			zl := zerocopy.NewListener(inner)
			sm := samples(t)[4]
			s := serveOn(t, zl, func(w http.ResponseWriter, r *http.Request) {
				if _, err := zerocopy.Reply(w, r, sm.body); err != nil {
					t.Error(err)
				}
			})
			_, got, err := s.get(t, "GET")
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "body", got, sm.want)
			s.srv.Shutdown(t.Context()) // the call is counted after it returns
			if used := zl.Stats().Gathers > 0; used != tt.wrapped {
				t.Errorf("gathered: %v; want %v", used, tt.wrapped)
			}
		})
	}
}

func TestRawConnSeesTheSameSocket(t *testing.T) {
	server, client := pair(t, "tcp")
	rc, err := server.(syscall.Conn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := rc.Control(func(fd uintptr) {
		if fd == 0 {
			t.Error("fd 0")
		}
	}); err != nil {
		t.Error(err)
	}
	client.Close()
	if n, err := server.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("Read = %d, %v; want 0, EOF", n, err)
	}
}
