package netpoll_test

import (
	"bufio"
	"bytes"
	"crypto/fips140"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// ours reports whether a session with this state is taken over from crypto/tls, where nothing else speaks against it.
func ours(s tls.ConnectionState) bool {
	return parks && s.Version == tls.VersionTLS13 && s.CipherSuite != tls.TLS_CHACHA20_POLY1305_SHA256 && !fips140.Enabled()
}

func isOurs(c netpoll.Conn) bool {
	_, kept := c.NetConn().(*tls.Conn)
	return !kept
}

// who says which record layer serves, and asks for another request so that the session is parked between.
var who = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, isOurs(connOf(r)))
})

// Where it is not sure to go right, or not wanted, the session stays with crypto/tls; in each case it parks.
func TestTLSWhoseRecordLayer(t *testing.T) {
	withConfig := func(f func(c *tls.Config)) *tls.Config {
		c := serverTLS.Clone()
		f(c)
		return c
	}
	for name, tt := range map[string]struct {
		server *tls.Config
		client *tls.Config
		opt    netpoll.Options
		listen func(net.Listener) net.Listener
		want   bool
	}{
		"usual":             {server: serverTLS, want: true},
		"TLS 1.2":           {server: serverTLS, client: &tls.Config{MaxVersion: tls.VersionTLS12}},
		"server of TLS 1.2": {server: withConfig(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })},
		"not wanted":        {server: serverTLS, opt: netpoll.Options{OnlyCryptoTLS: true}},
		"HTTP/1.1 by ALPN":  {server: withProtos("h2", "http/1.1"), client: &tls.Config{NextProtos: []string{"http/1.1"}}, want: true},
		"no ALPN":           {server: withProtos("h2", "http/1.1"), want: true},
		"no tickets":        {server: withConfig(func(c *tls.Config) { c.SessionTicketsDisabled = true }), want: true},
		"whole records":     {server: withConfig(func(c *tls.Config) { c.DynamicRecordSizingDisabled = true }), want: true},
		"retry":             {server: withConfig(func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP384} }), want: true},
		"another listener's conn": {server: serverTLS, listen: func(l net.Listener) net.Listener {
			return shaped{l, func(c net.Conn) net.Conn { return halfed{c.(*net.TCPConn)} }}
		}},
		"config for client": {server: withConfig(func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return serverTLS, nil }
		}), want: true},
		"config for client of TLS 1.2": {server: withConfig(func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
				return withConfig(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), nil
			}
		})},
		"no config for client": {server: withConfig(func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, nil }
		}), want: true},
	} {
		t.Run(name, func(t *testing.T) {
			inner := listenOn(t, "tcp")
			if tt.listen != nil {
				inner = tt.listen(inner)
			}
			tt.opt.ParkAfter = soon
			l, err := netpoll.ListenTLS(inner, tt.server, &tt.opt)
			if err != nil {
				t.Fatal(err)
			}
			srv := &http.Server{Handler: who, ErrorLog: quiet}
			withConn(srv)
			l.Install(srv)
			run(t, srv, l)
			client := &tls.Config{}
			if tt.client != nil {
				client = tt.client.Clone()
			}
			client.InsecureSkipVerify = true
			client.ClientSessionCache = tls.NewLRUClientSessionCache(4)
			for range 2 { // the second resumes the first, where there are tickets
				c, err := tls.Dial("tcp", l.Addr().String(), client)
				if err != nil {
					t.Fatal(err)
				}
				for range 3 {
					if got, want := get(t, c, "/"), fmt.Sprint(tt.want && ours(c.ConnectionState())); got != want {
						t.Errorf("ours: %s, want %s", got, want)
					}
					idling(t, l, 1)
				}
				c.Close()
				eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
			}
			if s := l.Stats(); parks && s.Wakes < 4 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// In FIPS 140 mode crypto/tls is not replaced, since it counts nonces in a certified way.
func TestTLSUnderFIPS(t *testing.T) {
	if testing.Short() { // an emulator runs the test, which cannot start the binary again
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^(TestTLSWhoseRecordLayer|TestTLSParks)$", "-test.v")
	cmd.Env = append(os.Environ(), "GODEBUG=fips140=on")
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestTLSWhoseRecordLayer/usual")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// A refusing GetConfigForClient and a key log that fails end the handshake.
func TestTLSConfigRefuses(t *testing.T) {
	for _, conf := range []func(c *tls.Config){
		func(c *tls.Config) {
			c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("no") }
		},
		func(c *tls.Config) { c.KeyLogWriter = failing{} },
	} {
		c := serverTLS.Clone()
		conf(c)
		l := serveTLS(t, c, nil, hello)
		if _, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true}); err == nil {
			t.Error("the handshake succeeded")
		}
		eventually(t, "counted", func() bool { s := l.Stats(); return s.HandshakeErrors == 1 && s.Open == 0 })
	}
}

// A function of the configuration that panics ends its connection alone, as under net/http.
func TestTLSConfigPanics(t *testing.T) {
	failed := make(chan error, 1)
	conf := &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if h.ServerName == "bad" {
			panic("no such name")
		}
		return &serverTLS.Certificates[0], nil
	}}
	for _, only := range []bool{false, true} {
		l := serveTLS(t, conf, &netpoll.Options{OnlyCryptoTLS: only, HandshakeError: func(_ net.Conn, err error) { failed <- err }}, hello)
		if _, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "bad"}); err == nil {
			t.Error("the handshake succeeded")
		}
		var thrown *netpoll.PanicError
		if err := <-failed; !errors.As(err, &thrown) || thrown.Value != "no such name" || !bytes.Contains(thrown.Stack, []byte("TestTLSConfigPanics")) {
			t.Errorf("got %v", err)
		}
		get(t, dialTLS(t, l, 0), "/")
		if s := l.Stats(); s.HandshakeErrors != 1 || s.Open != 1 {
			t.Errorf("%+v", s)
		}
	}
}

// One that ends its goroutine, as t.Fatal does, ends that connection.
func TestTLSConfigExits(t *testing.T) {
	failed := make(chan error, 1)
	conf := &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if h.ServerName == "bad" {
			runtime.Goexit()
		}
		return &serverTLS.Certificates[0], nil
	}}
	l := serveTLS(t, conf, &netpoll.Options{HandshakeError: func(_ net.Conn, err error) { failed <- err }}, hello)
	if _, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "bad"}); err == nil {
		t.Error("the handshake succeeded")
	}
	if err := <-failed; err == nil || !strings.Contains(err.Error(), "runtime.Goexit") {
		t.Errorf("got %v", err)
	}
	get(t, dialTLS(t, l, 0), "/")
	if s := l.Stats(); s.HandshakeErrors != 1 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// Deadlines that a function of the configuration has set for the handshake end with it where a session of ours begins. Under
// crypto/tls they last until the server sets others, which does not reach the socket of ours each time.
func TestTLSDeadlinesOfTheHandshake(t *testing.T) {
	const brief = 200 * time.Millisecond
	conf := serverTLS.Clone()
	conf.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		return nil, h.Conn.SetDeadline(time.Now().Add(brief))
	}
	l := serveTLS(t, conf, &netpoll.Options{ParkAfter: time.Hour}, hello)
	c := dialTLS(t, l, 0)
	if !ours(c.ConnectionState()) {
		return
	}
	for range 2 {
		time.Sleep(brief)
		if got := get(t, c, "/"); got != "hello" {
			t.Errorf("got %q", got)
		}
	}
}

// A program's own key log gets what it would get without us.
func TestTLSKeyLogIsKept(t *testing.T) {
	var server, client bytes.Buffer
	conf := serverTLS.Clone()
	conf.KeyLogWriter = &server
	l := serveTLS(t, conf, &netpoll.Options{ParkAfter: soon}, hello)
	c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, KeyLogWriter: &client})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	get(t, c, "/")
	if server.String() != client.String() || strings.Count(server.String(), "\n") != 4 {
		t.Errorf("the server logged\n%sthe client\n%s", &server, &client)
	}
}

// stateOf is what a handler and a client can learn of a session.
func stateOf(s tls.ConnectionState) string {
	ekm, err := s.ExportKeyingMaterial("EXPORTER-test", []byte("context"), 32)
	name := ""
	if len(s.PeerCertificates) > 0 {
		name = fmt.Sprint(s.PeerCertificates[0].DNSNames, len(s.VerifiedChains))
	}
	return fmt.Sprintf("%v %x %x %v %q %q %v %v %s %x %v", s.HandshakeComplete, s.Version, s.CipherSuite, s.DidResume, s.NegotiatedProtocol, s.ServerName, s.HelloRetryRequest, s.CurveID, name, ekm, err)
}

// Request.TLS says what it says under net/http's own TLS, with client certificates and resumed sessions, before and after parks.
func TestTLSState(t *testing.T) {
	pool := x509.NewCertPool()
	cert, _ := x509.ParseCertificate(serverTLS.Certificates[0].Certificate[0])
	pool.AddCert(cert)
	verified := 0
	var mu sync.Mutex
	for _, mutual := range []bool{false, true} {
		server := withProtos("http/1.1")
		client := &tls.Config{InsecureSkipVerify: true, ServerName: "example.com", NextProtos: []string{"http/1.1"}}
		if mutual {
			server.ClientAuth, server.ClientCAs = tls.RequireAnyClientCert, pool
			server.VerifyConnection = func(s tls.ConnectionState) error {
				mu.Lock()
				defer mu.Unlock()
				if verified++; len(s.PeerCertificates) == 0 {
					return errors.New("no certificate")
				}
				return nil
			}
			client.Certificates = serverTLS.Certificates
		}
		tell := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, stateOf(*r.TLS)) })
		plain := httptest.NewUnstartedServer(tell)
		plain.TLS = server.Clone()
		plain.StartTLS()
		defer plain.Close()
		l := serveTLS(t, server, &netpoll.Options{ParkAfter: soon}, tell)
		var said [2][]string
		for i, addr := range []string{plain.Listener.Addr().String(), l.Addr().String()} {
			conf := client.Clone()
			conf.ClientSessionCache = tls.NewLRUClientSessionCache(4)
			for range 3 {
				c, err := tls.Dial("tcp", addr, conf)
				if err != nil {
					t.Fatal(err)
				}
				want := c.ConnectionState()
				if mutual {
					want.PeerCertificates = []*x509.Certificate{cert}
				} else {
					want.PeerCertificates = nil
				}
				want.VerifiedChains = nil
				for range 2 {
					got := get(t, c, "/")
					if got != stateOf(want) {
						t.Errorf("the server has\n%s, the client\n%s", got, stateOf(want))
					}
					said[i] = append(said[i], strings.Join(strings.Fields(got)[:8], " "))
					if i == 1 {
						idling(t, l, 1)
					}
				}
				c.Close()
				eventually(t, "closed", func() bool { return l.Stats().Open == 0 }) // or the next would not be alone
			}
		}
		if fmt.Sprint(said[0]) != fmt.Sprint(said[1]) || strings.Fields(said[1][4])[3] != "true" {
			t.Errorf("plain:\n%q\nthrough the listener:\n%q", said[0], said[1])
		}
	}
	if verified != 6 {
		t.Errorf("VerifyConnection was called %d times, want 6", verified)
	}
}

// Ticket keys that are set on the configuration while the listener runs are used, also for sessions of another listener; those
// that nobody sets last as long as the listener.
func TestTLSTicketKeys(t *testing.T) {
	conf := serverTLS.Clone()
	resumed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.TLS.DidResume) })
	a, b := serveTLS(t, conf, nil, resumed), serveTLS(t, conf, nil, resumed)
	cache := tls.NewLRUClientSessionCache(4)
	for i, step := range []struct {
		to   net.Listener
		key  byte
		most uint16
		want bool
	}{
		{to: a, want: false}, {to: a, want: true}, {to: a, want: true},
		{to: a, key: 1, want: false}, {to: a, want: true}, {to: b, want: true},
		{to: b, key: 2, want: false}, {to: a, want: true},
		{to: a, most: tls.VersionTLS12, want: false}, {to: a, most: tls.VersionTLS12, want: true}, {to: b, most: tls.VersionTLS12, want: true},
		{to: b, key: 3, most: tls.VersionTLS12, want: false}, {to: a, most: tls.VersionTLS12, want: true},
	} {
		if step.key > 0 {
			conf.SetSessionTicketKeys([][32]byte{{step.key}})
		}
		c, err := tls.Dial("tcp", step.to.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "x", ClientSessionCache: cache, MaxVersion: step.most})
		if err != nil {
			t.Fatal(err)
		}
		if got := get(t, c, "/"); got != fmt.Sprint(step.want) {
			t.Errorf("step %d: resumed: %s, want %v", i, got, step.want)
		}
		c.Close()
	}
}

// tied holds back what it is given until it is let go.
type tied struct {
	net.Conn
	held []byte
	tie  bool
}

func (c *tied) Write(p []byte) (int, error) {
	if c.held = append(c.held, p...); c.tie {
		return len(p), nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = c.held[:0]
	return len(p), err
}

// A client may send its first request together with the last message of the handshake, or half of it.
func TestTLSRequestWithFinished(t *testing.T) {
	for _, only := range []bool{false, true} {
		for _, cut := range []int{0, 3, 30} {
			l := serveTLS(t, withProtos("http/1.1"), &netpoll.Options{ParkAfter: soon, OnlyCryptoTLS: only}, hello)
			raw := &tied{Conn: dial(t, l)}
			c := tls.Client(&tiedAfterHello{raw}, &tls.Config{InsecureSkipVerify: true})
			if err := c.Handshake(); err != nil {
				t.Fatal(err)
			}
			io.WriteString(c, getHello)
			raw.tie = false
			rest := raw.held[len(raw.held)-cut:]
			raw.held = raw.held[:len(raw.held)-cut]
			raw.Write(nil)
			if cut > 0 {
				idling(t, l, 1)
			}
			raw.Write(rest)
			expectHello(t, bufio.NewReader(c))
			idling(t, l, 1)
			if got := get(t, c, "/"); got != "hello" {
				t.Errorf("%q", got)
			}
		}
	}
}

// tiedAfterHello ties what comes after the ClientHello, which is the first Write.
type tiedAfterHello struct{ *tied }

func (c *tiedAfterHello) Write(p []byte) (int, error) {
	n, err := c.tied.Write(p)
	c.tie = true
	return n, err
}
