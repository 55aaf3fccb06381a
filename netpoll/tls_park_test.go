package netpoll

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// sessions serves sessions that no handshake was needed for.
type sessions struct {
	*Listener
	t testing.TB
}

func serveSessions(t testing.TB, o Options, edit ...func(*http.Server)) sessions {
	t.Helper()
	if o.ParkAfter == 0 {
		o.ParkAfter = time.Nanosecond // every pause parks
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(inner, &o)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil || !r.TLS.HandshakeComplete {
			t.Errorf("r.TLS is %+v", r.TLS)
		}
		io.Copy(w, r.Body)
		io.WriteString(w, "hello")
	})}
	for _, f := range edit {
		f(srv)
	}
	l.Install(srv)
	done := make(chan struct{})
	go func() {
		defer close(done)
		srv.Serve(l)
	}()
	t.Cleanup(func() {
		srv.Close()
		l.Close()
		<-done
	})
	return sessions{l, t}
}

// join connects a client.
func (s sessions) join() *peer {
	s.t.Helper()
	server, client := socketPair(s.t)
	own, p := agreed(s.t, client)
	s.count.open.Add(1)
	s.offer(arrival{nc: s.wrapSession(newSecureConn(server, own), record{id: s.ids.next(), accepted: time.Since(s.start)}, false)})
	return p
}

func (s sessions) until(what string, ok func(Stats) bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(s.Stats()); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("never %s: %+v", what, s.Stats())
		}
	}
}

// idle waits until all are parked, where anything is.
func (s sessions) idle() {
	s.t.Helper()
	if s.lot.willing() {
		s.until("all parked", func(st Stats) bool { return st.Parked == st.Open })
	}
}

// quiet sends to a parked session what is nothing to a server, and waits until it is parked again.
func (s sessions) quiet(p *peer, bytes []byte) {
	s.t.Helper()
	before := s.Stats()
	p.send(bytes)
	if s.lot.willing() {
		s.until("woken and parked", func(st Stats) bool { return st.Wakes > before.Wakes && st.Parked == st.Open })
	}
}

const getIt = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

func (p *peer) answer() string {
	p.t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(p), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(body)
}

func (p *peer) ask() {
	p.t.Helper()
	p.send(p.data(getIt))
	if got := p.answer(); got != "hello" {
		p.t.Fatalf("got %q", got)
	}
}

// A session goes on with its sequence numbers and keys, whichever way the record comes after a park.
func TestSessionParks(t *testing.T) {
	t.Parallel()
	s := serveSessions(t, Options{})
	p := s.join()
	for range 3 {
		p.ask()
		s.idle()
		r := p.data(getIt) // cut, with a park at each byte
		for i := range r {
			if i < len(r)-1 {
				s.quiet(p, r[i:i+1])
			} else {
				p.send(r[i:])
			}
		}
		if got := p.answer(); got != "hello" {
			t.Fatalf("got %q", got)
		}
		s.idle()
		p.send(p.data("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"), p.data("ab"))
		p.send(p.data("c"))
		if got := p.answer(); got != "abchello" {
			t.Fatalf("got %q", got)
		}
		s.idle()
		p.send(p.data("\r\n"), p.data(getIt)) // which net/http skips after a POST
		if got := p.answer(); got != "hello" {
			t.Fatalf("got %q", got)
		}
		s.idle()
	}
	if st := s.Stats(); s.lot.willing() && st.Wakes < 150 {
		t.Errorf("%+v", st)
	}
}

// What is nothing to a server parks again: a KeyUpdate of both kinds, an empty record, half of one.
func TestSessionParksAgain(t *testing.T) {
	t.Parallel()
	s := serveSessions(t, Options{})
	p := s.join()
	quiet := func(record []byte) { t.Helper(); s.quiet(p, record) }
	for i := range 3 {
		quiet(p.keyUpdate(0))
		p.ask()
		s.idle()
		quiet(p.keyUpdate(1))
		p.seen = nil
		p.ask()
		if string(p.seen) != "\x16\x17" { // its answer has waited for ours
			t.Fatalf("%d: got types %x", i, p.seen)
		}
		s.idle()
		quiet(p.data(""))
		message := p.out.record(22, []byte{24, 0}, 0)
		quiet(message)
		r := p.keyUpdateRest()
		quiet(r[:7])
		quiet(r[7:])
		p.ask()
		s.idle()
	}
}

// What crypto/tls would not bear without parks is not borne with them.
func TestSessionBearsNoMore(t *testing.T) {
	t.Parallel()
	s := serveSessions(t, Options{})
	p := s.join()
	p.ask()
	s.idle()
	for range maxUseless {
		s.quiet(p, p.keyUpdate(0))
	}
	p.send(p.keyUpdate(0))
	if typ, data, err := p.recv(); typ != 21 || data[1] != byte(unexpectedMessage) || err != nil {
		t.Errorf("got %d %x, %v", typ, data, err)
	}
	s.until("closed", func(st Stats) bool { return st.Open == 0 })
}

// keyUpdateRest is what is left of a KeyUpdate after two bytes.
func (p *peer) keyUpdateRest() []byte {
	r := p.out.record(22, []byte{0, 1, 0}, 0)
	p.out = p.out.updated()
	return r
}

// The idle timeout goes on through what is nothing to a server, and no other timeout takes its place.
func TestSessionKeepsItsLimit(t *testing.T) {
	t.Parallel()
	const idle = 800 * time.Millisecond
	s := serveSessions(t, Options{}, func(srv *http.Server) {
		srv.IdleTimeout = idle
		srv.ReadHeaderTimeout = 400 * time.Millisecond
	})
	p := s.join()
	start := time.Now()
	p.ask()
	for range 3 {
		time.Sleep(50 * time.Millisecond)
		p.send(p.keyUpdate(0))
	}
	if _, err := p.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v, want a close_notify", err)
	}
	if took := time.Since(start); took < idle || took > idle+10*time.Second {
		t.Errorf("ended after %v, want %v", took, idle)
	}
	s.until("closed", func(st Stats) bool { return st.Open == 0 })
}

// A session that waits for the rest of a record where nothing is parked any more goes on waiting.
func TestSessionWaitsWhereNothingParks(t *testing.T) {
	t.Parallel()
	taken := make(chan bool, 2)
	s := serveSessions(t, Options{ParkAfter: 100 * time.Millisecond}, func(srv *http.Server) {
		srv.ConnState = func(_ net.Conn, st http.ConnState) {
			if st == http.StateNew {
				taken <- true
			}
		}
	})
	p := s.join()
	p.ask()
	s.idle()
	<-taken
	r := p.data(getIt)
	p.send(r[:9])
	if s.lot.willing() {
		<-taken
		time.Sleep(5 * time.Millisecond) // until it waits, mostly
	}
	s.Close()
	time.Sleep(200 * time.Millisecond)
	p.send(r[9:])
	if got := p.answer(); got != "hello" {
		t.Errorf("got %q", got)
	}
}

// A peer that leaves a parked session is gone without an answer; what it said before is not lost.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		last   func(p *peer)
		want   string
		reaped bool
	}{
		"goodbye and FIN":         {func(p *peer) { p.send(p.goodbye()); p.Conn.(*net.TCPConn).CloseWrite() }, "", false},
		"FIN":                     {func(p *peer) { p.Conn.(*net.TCPConn).CloseWrite() }, "", true},
		"half a record and FIN":   {func(p *peer) { p.send(p.data(getIt)[:9]); p.Conn.(*net.TCPConn).CloseWrite() }, "", false},
		"request and FIN":         {func(p *peer) { p.send(p.data(getIt)); p.Conn.(*net.TCPConn).CloseWrite() }, "HTTP/1.1 200 OK", false},
		"request, goodbye, FIN":   {func(p *peer) { p.send(p.data(getIt), p.goodbye()); p.Conn.(*net.TCPConn).CloseWrite() }, "HTTP/1.1 200 OK", false},
		"two bytes and FIN":       {func(p *peer) { p.send(p.data("GE")); p.Conn.(*net.TCPConn).CloseWrite() }, "", false},
		"bad record":              {func(p *peer) { p.send([]byte{23, 3, 3, 0, 30}, make([]byte, 30)) }, "alert 20", false},
		"reset":                   {func(p *peer) { p.Conn.(*net.TCPConn).SetLinger(0); p.Close() }, "", true},
		"an alert that is no end": {func(p *peer) { p.send(p.out.record(21, []byte{1, 90}, 0)); p.Conn.(*net.TCPConn).CloseWrite() }, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := serveSessions(t, Options{})
			p := s.join()
			p.ask()
			s.idle()
			tt.last(p)
			var got []byte
			for name != "reset" {
				typ, data, err := p.recv()
				if err != nil || typ == 21 && data[1] == 0 {
					break
				}
				if typ == 21 {
					data = fmt.Append(nil, "alert ", data[1])
				}
				got = append(got, data...)
			}
			if !strings.HasPrefix(string(got), tt.want) || tt.want == "" && len(got) > 0 {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			s.until("closed", func(st Stats) bool { return st.Open == 0 && st.Parked == 0 })
			if st := s.Stats(); s.lot.willing() && tt.reaped && st.Reaped != 1 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// net/http says nothing to a peer whose session ends or breaks between two requests, and to one that was parked there
// neither.
func TestWokenSessionEndsInSilence(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]func(s sessions, p *peer){
		"cut off": func(s sessions, p *peer) {
			p.send(p.data(getIt)[:9])
			if s.lot.willing() {
				s.until("woken", func(st Stats) bool { return st.Wakes > 0 })
			}
			p.Conn.(*net.TCPConn).CloseWrite()
		},
		"alert": func(s sessions, p *peer) { p.send(p.out.record(21, []byte{2, 40}, 0)) },
	} {
		s := serveSessions(t, Options{ParkAfter: 100 * time.Millisecond})
		p := s.join()
		p.ask()
		s.idle()
		last(s, p)
		if typ, data, err := p.recv(); typ != 21 || data[1] != 0 || err != nil {
			t.Errorf("%s: got %d %q, %v; want a close_notify", name, typ, data, err)
		}
	}
}

// Whatever closes a parked session from here says so.
func TestParkedSessionSaysGoodbye(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s sessions){
		"CloseIdle": func(s sessions) { s.CloseIdle() },
		"Close":     func(s sessions) { s.Close() },
		"shed":      func(s sessions) { s.lot.shed() },
	} {
		s := serveSessions(t, Options{ShedIdle: true, MaxConns: 10})
		if !s.lot.willing() {
			continue
		}
		p := s.join()
		p.ask()
		s.idle()
		end(s)
		typ, data, err := p.recv()
		if typ != 21 || !bytes.Equal(data, []byte{1, 0}) || err != nil {
			t.Errorf("%s: got %d %x, %v", name, typ, data, err)
		}
		if _, _, err := p.recv(); err != io.EOF {
			t.Errorf("%s: then %v", name, err)
		}
		s.until("closed", func(st Stats) bool { return st.Open == 0 })
	}
}

// Many sessions side by side, with parks and without: nobody gets anybody else's bytes or keys.
func TestManySessions(t *testing.T) {
	t.Parallel()
	s := serveSessions(t, Options{})
	var all sync.WaitGroup
	for i := range 16 {
		p := s.join()
		all.Go(func() {
			for j := range 60 {
				text := strings.Repeat(fmt.Sprint(i, ".", j, " "), 1+j*j%999)
				p.send(p.data(fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", len(text))), p.data(text))
				if got := p.answer(); got != text+"hello" {
					t.Errorf("%d: %d bytes, want %d", i, len(got), len(text)+5)
					return
				}
				if j%7 == 0 {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	all.Wait()
}
