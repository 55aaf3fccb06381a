package netpoll

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// shake runs one handshake through a Listener and returns both ends.
func shake(t testing.TB, server, client *tls.Config, edit ...func(l *Listener)) (net.Conn, *tls.Conn) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ListenTLS(inner, server, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	for _, f := range edit {
		f(l)
	}
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	nc.SetDeadline(time.Now().Add(time.Minute))
	client = client.Clone()
	client.InsecureSkipVerify = true
	client.ClientSessionCache = tls.NewLRUClientSessionCache(1) // else the client wants no ticket
	c := tls.Client(nc, client)
	t.Cleanup(func() { c.Close() })
	failed := make(chan error, 1)
	go func() { failed <- c.HandshakeContext(context.Background()) }()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	return s, c
}

// echoed sends a few records both ways, which fails if a key or a sequence number is not what crypto/tls would go on with.
func echoed(t testing.TB, s net.Conn, c net.Conn) {
	t.Helper()
	for i := range 3 {
		text := strings.Repeat("ping", 1+i*5000)
		go io.WriteString(c, text)
		b := make([]byte, len(text))
		if _, err := io.ReadFull(s, b); err != nil {
			t.Fatal(err)
		}
		go s.Write(b)
		clear(b[:0])
		got := make([]byte, len(text))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != text {
			t.Fatal(err)
		}
	}
}

// canTakeOver reports whether this build, on this CPU, takes over what crypto/tls negotiates with itself.
func canTakeOver(s net.Conn, c *tls.Conn) bool {
	state := c.ConnectionState()
	own := s.(gated).gateOf().l
	return own.lot.willing() && state.Version == tls.VersionTLS13 && suiteOf(state.CipherSuite) != nil
}

// What crypto/tls has sent under the session's own key is counted right: no ticket, one, one after the client's certificate,
// one that is larger than a record. This pins where the Go release sends them.
func TestTicketsAreCounted(t *testing.T) {
	huge := func(c *tls.Config) {
		c.WrapSession = func(tls.ConnectionState, *tls.SessionState) ([]byte, error) { return make([]byte, 40_000), nil }
	}
	for name, tt := range map[string]struct {
		server, client func(c *tls.Config)
		want           uint64
	}{
		"none":              {server: func(c *tls.Config) { c.SessionTicketsDisabled = true }, want: 0},
		"one":               {want: 1},
		"after certificate": {server: func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }, client: func(c *tls.Config) { c.Certificates = certified().Certificates }, want: 1},
		"huge":              {server: huge, want: 3},
		"huge, certificate": {server: func(c *tls.Config) { huge(c); c.ClientAuth = tls.RequestClientCert }, want: 3},
		"retry":             {server: func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP384} }, want: 1},
	} {
		server, client := certified(), &tls.Config{}
		if tt.server != nil {
			tt.server(server)
		}
		if tt.client != nil {
			tt.client(client)
		}
		s, c := shake(t, server, client)
		own, ok := s.(*sessionConn)
		if ok != canTakeOver(s, c) {
			t.Fatalf("%s: a %T", name, s)
		}
		if ok && own.session.out.seq != tt.want {
			t.Errorf("%s: %d records were counted, want %d", name, own.session.out.seq, tt.want)
		}
		if name == "retry" && !c.ConnectionState().HelloRetryRequest {
			t.Error("was no retry")
		}
		echoed(t, s, c)
	}
}

// logged is a Go release whose key log is another.
type logged struct {
	to   io.Writer
	edit func(line string) string
}

func (l logged) Write(p []byte) (int, error) {
	_, err := io.WriteString(l.to, l.edit(string(p)))
	return len(p), err
}

// Where what crypto/tls logs or writes is not as expected the session stays with it, and works.
func TestTakeoverDeclines(t *testing.T) {
	swap := strings.NewReplacer("SERVER_TRAFFIC_SECRET_0", "CLIENT_TRAFFIC_SECRET_0", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
	for name, edit := range map[string]func(line string) string{
		"no lines":        func(string) string { return "" },
		"other labels":    func(s string) string { return strings.Replace(s, "TRAFFIC_SECRET", "SECRET", 1) },
		"one is missing":  func(s string) string { return strings.TrimPrefix(s, "SERVER_HANDSHAKE") },
		"twice":           func(s string) string { return s + s },
		"no hexadecimal":  func(s string) string { return strings.TrimSpace(s) + "g\n" },
		"too short":       func(s string) string { return strings.TrimSpace(s)[:len(s)-9] + "\n" },
		"no secret":       func(s string) string { return s[:strings.LastIndex(s, " ")] },
		"secrets changed": swap.Replace,
		"another handshake": func(s string) string {
			return strings.NewReplacer("0", "1", "a", "b").Replace(s[len("SERVER_TRAFFIC_SECRET_0"):])
		},
		"another secret": func(s string) string {
			if !strings.HasPrefix(s, "SERVER_TRAFFIC") {
				return s
			}
			return strings.TrimSpace(s)[:len(s)-3] + "00\n"
		},
	} {
		s, c := shake(t, certified(), &tls.Config{}, func(l *Listener) {
			l.watched.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
				conf, err := l.watch(h)
				conf.KeyLogWriter = logged{conf.KeyLogWriter, edit}
				return conf, err
			}
		})
		if _, kept := s.(*tlsConn); !kept {
			t.Fatalf("%s: a %T", name, s)
		}
		if l := s.(gated).gateOf().l; l.lot.willing() {
			if h := s.(*tlsConn).NetConn().(*tls.Conn).NetConn().(*tallied); h.writing != nil || h.reading != nil {
				t.Errorf("%s: still watched", name)
			}
		}
		echoed(t, s, c)
	}
}

// What crypto/tls writes is taken for what it is.
func TestWrote(t *testing.T) {
	var hs, app [32]byte
	hs[0], app[0] = 1, 2
	seal := func(k *keys, n int) []byte { return k.record(22, make([]byte, n), 0) }
	h1, a1 := newKeys(hs[:]), newKeys(app[:])
	hello, ccs := []byte{22, 3, 3, 0, 2, 1, 2}, []byte{20, 3, 3, 0, 1, 1}
	first, second, ticket, next := seal(h1, 10), seal(h1, 20), seal(a1, 30), seal(a1, 40)
	for name, tt := range map[string]struct {
		writes [][]byte
		seq    uint64
		off    bool
	}{
		"usual":               {[][]byte{join(hello, ccs, first, second, ticket)}, 1, false},
		"apart":               {[][]byte{hello, ccs, first, second, ticket, next}, 2, false},
		"no ticket":           {[][]byte{hello, first, second}, 0, false},
		"one left out":        {[][]byte{hello, first, ticket, second}, 0, true},
		"ticket left out":     {[][]byte{hello, first, second, next}, 0, true},
		"out of order":        {[][]byte{hello, second, first}, 0, true},
		"half a record":       {[][]byte{hello, first, second[:20]}, 0, true},
		"half a header":       {[][]byte{hello, first, second[:3]}, 0, true},
		"alert":               {[][]byte{hello, {21, 3, 3, 0, 2, 2, 40}}, 0, true},
		"plaintext after all": {[][]byte{hello, first, hello}, 0, true},
		"empty":               {[][]byte{hello, {23, 3, 3, 0, 0}}, 0, true},
		"too large":           {[][]byte{hello, append([]byte{23, 3, 3, 255, 255}, make([]byte, 65535)...)}, 0, true},
	} {
		h := &takeover{secrets: &secrets{handshake: bytes.Clone(hs[:]), client: make([]byte, 32), server: bytes.Clone(app[:])}}
		for _, w := range tt.writes {
			before := bytes.Clone(w)
			h.wrote(w)
			if !bytes.Equal(w, before) {
				t.Errorf("%s: what is to be written was changed", name)
			}
		}
		s := h.end(tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256})
		if (s == nil) != tt.off {
			t.Errorf("%s: taken over: %v", name, s != nil)
		}
		if s != nil && s.out.seq != tt.seq {
			t.Errorf("%s: %d records, want %d", name, s.out.seq, tt.seq)
		}
		if h.first != (traffic{}) || h.out != (traffic{}) || h.secrets.client != nil {
			t.Errorf("%s: secrets are left", name)
		}
	}
	h := &takeover{suite: aes128, secrets: &secrets{client: make([]byte, 32)}, got: 3}
	if s := h.end(tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}); s != nil {
		t.Error("took over where crypto/tls has the beginning of a record")
	}
	h = &takeover{suite: aes128, secrets: &secrets{client: make([]byte, 32)}}
	if s := h.end(tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_CHACHA20_POLY1305_SHA256}); s != nil {
		t.Error("took over another cipher suite")
	}
	k := &secrets{handshake: make([]byte, 32), client: make([]byte, 32), server: make([]byte, 32)}
	if k.note([]byte("SERVER_TRAFFIC_SECRET_0 00 " + strings.Repeat("00", 32))); k.suite() != nil {
		t.Error("a secret was logged twice")
	}
	if s := new(takeover).end(tls.ConnectionState{}); s != nil {
		t.Error("took over nothing")
	}
}

func join(p ...[]byte) []byte { return bytes.Join(p, nil) }

// crypto/tls gets no byte beyond the record, wherever the reads are cut; afterwards it gets the rest.
func TestReadByRecord(t *testing.T) {
	stream := join([]byte{22, 3, 1, 0, 3, 'a', 'b', 'c'}, []byte{20, 3, 3, 0, 0}, []byte{23, 3, 3, 0, 1, 'd'}, []byte("rest"))
	for cut := 1; cut <= len(stream); cut++ {
		h := new(takeover)
		from := &sliced{stream, cut}
		var got []byte
		for _, want := range []string{"\x16\x03\x01\x00\x03", "abc", "\x14\x03\x03\x00\x00", "\x17\x03\x03\x00\x01", "d"} {
			b := make([]byte, 1000)
			for n := 0; n < len(want); {
				m, err := h.Read(b[n:], from)
				if n += m; err != nil || n > len(want) {
					t.Fatalf("cut at %d: read %q, %v; want %q", cut, b[:n], err, want)
				}
				got = append(got, b[n-m:n]...)
			}
			if boundary := h.got == 0; boundary != (want == "abc" || want == "d" || want[0] == 20) {
				t.Errorf("cut at %d: after %q at a boundary: %v", cut, want, boundary)
			}
		}
		h.off = true
		for !h.spent() {
			b := make([]byte, 3)
			n, err := h.Read(b, from)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, b[:n]...)
		}
		if all := append(got, from.p...); !bytes.Equal(all, stream) || h.raw.room() != nil {
			t.Errorf("cut at %d: %q", cut, all)
		}
	}
}

type sliced struct {
	p []byte
	n int
}

func (c *sliced) Read(p []byte) (int, error) {
	if len(c.p) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.p[:min(c.n, len(c.p))])
	c.p = c.p[n:]
	return n, nil
}
