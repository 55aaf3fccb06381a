//go:build linux && !portable

// Linux: all of 127.0.0.0/8 is this machine.

package keepalive_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// zone is a DNS server with one name, for all names.
type zone struct {
	mu  sync.Mutex
	ips []string
	pc  net.PacketConn
}

func serveZone(t *testing.T, ips ...string) *zone {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	z := &zone{ips: ips, pc: pc}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(b)
			if err != nil {
				return
			}
			_, _ = pc.WriteTo(z.answer(b[:n]), from)
		}
	}()
	t.Cleanup(func() { _ = pc.Close(); <-done })
	return z
}

func (z *zone) set(ips ...string) { z.mu.Lock(); z.ips = ips; z.mu.Unlock() }

// answer is RFC 1035 §4.1 with the question repeated and A records alone.
func (z *zone) answer(q []byte) []byte {
	end := 12
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	kind := binary.BigEndian.Uint16(q[end+1:])
	out := append([]byte(nil), q[:end+5]...)
	binary.BigEndian.PutUint16(out[2:], 0x8180)
	z.mu.Lock()
	defer z.mu.Unlock()
	count := 0
	if kind == 1 {
		for _, ip := range z.ips {
			out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			out = append(out, net.ParseIP(ip).To4()...)
			count++
		}
	}
	binary.BigEndian.PutUint16(out[6:], uint16(count))
	binary.BigEndian.PutUint32(out[8:], 0)
	return out
}

func (z *zone) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", z.pc.LocalAddr().String())
	}}
}

// fleet is the same service on many addresses and one port. Each knows when the
// youngest of its requests began, if their queries say so.
func fleet(t *testing.T, ips ...string) (port string, last map[string]*atomic.Int64) {
	t.Helper()
	last = make(map[string]*atomic.Int64)
	port = "0"
	for _, ip := range ips {
		ln, err := net.Listen("tcp", net.JoinHostPort(ip, port))
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ = net.SplitHostPort(ln.Addr().String())
		seen := new(atomic.Int64)
		last[ip] = seen
		s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began, _ := strconv.ParseInt(r.URL.RawQuery, 10, 64)
			for old := seen.Load(); old < began && !seen.CompareAndSwap(old, began); old = seen.Load() {
			}
			_, _ = w.Write([]byte("ok"))
		})}
		go func() { _ = s.Serve(ln) }()
		t.Cleanup(func() { _ = s.Close() })
	}
	return port, last
}

func TestAddressChangeIsFollowedWithinMaxAge(t *testing.T) {
	t.Parallel()
	const age = 300 * time.Millisecond
	z := serveZone(t, "127.0.0.11", "127.0.0.12")
	port, last := fleet(t, "127.0.0.11", "127.0.0.12", "127.0.0.13")
	tr := newTransport(t, &keepalive.Transport{Resolver: z.resolver(), MaxAge: age})
	url := "http://service.test:" + port
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var changed atomic.Int64
	time.AfterFunc(400*time.Millisecond, func() {
		z.set("127.0.0.12", "127.0.0.13")
		changed.Store(time.Now().UnixNano())
	})
	errs := load(ctx, 8, 1<<30, func(int, int) error {
		if at := changed.Load(); at > 0 && time.Now().UnixNano()-at > int64(2*age) && last["127.0.0.13"].Load() > 0 {
			cancel()
		}
		_, _, err := exchange(t.Context(), tr, "POST", fmt.Sprint(url, "/?", time.Now().UnixNano()), strings.NewReader("x"))
		time.Sleep(time.Millisecond)
		return err
	})
	if len(errs) > 0 {
		t.Fatalf("%d requests failed, first: %v", len(errs), errs[0])
	}
	after := time.Duration(last["127.0.0.11"].Load() - changed.Load())
	t.Logf("the last request on the removed address began %v after the change", after)
	if after > age+50*time.Millisecond { // how late a busy machine looks at the clock
		t.Errorf("the removed address was used for %v, want at most %v", after, age)
	}
	if last["127.0.0.11"].Load() == 0 || last["127.0.0.13"].Load() == 0 {
		t.Error("an address was never used")
	}
}

// A lookup that takes longer than MaxAge still gives each request a connection.
func TestSlowLookupAndShortAge(t *testing.T) {
	t.Parallel()
	z := serveZone(t, "127.0.0.31")
	port, _ := fleet(t, "127.0.0.31")
	slow := z.resolver()
	dial := slow.Dial
	slow.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		time.Sleep(20 * time.Millisecond)
		return dial(ctx, network, addr)
	}
	tr := newTransport(t, &keepalive.Transport{Resolver: slow, MaxAge: time.Millisecond})
	for range 3 {
		if _, _, err := exchange(t.Context(), tr, "GET", "http://service.test:"+port, nil); err != nil {
			t.Fatal(err)
		}
	}
	if st := tr.Stats(); st.Dials > 6 {
		t.Errorf("%d dials for 3 requests", st.Dials)
	}
}

// One address of a name does not answer: nobody waits for it to time out.
func TestDeadAddressOfAName(t *testing.T) {
	t.Parallel()
	z := serveZone(t, "127.0.0.21", "127.0.0.22")
	port, _ := fleet(t, "127.0.0.22")
	tr := newTransport(t, &keepalive.Transport{Resolver: z.resolver(), MaxRequests: 1})
	for range 40 {
		if _, _, err := exchange(t.Context(), tr, "POST", "http://service.test:"+port, stream{strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
	}
	if n := tr.Stats().Addrs["127.0.0.21:"+port].DialErrors; n == 0 || n > 8 {
		t.Errorf("the dead address was dialed %d times for 40 connections, want a few", n)
	}
}

func TestUnknownName(t *testing.T) {
	t.Parallel()
	z := serveZone(t)
	tr := newTransport(t, &keepalive.Transport{Resolver: z.resolver()})
	_, _, err := exchange(t.Context(), tr, "GET", "http://service.test:80", nil)
	if want := "no such host"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error = %v, want %q", err, want)
	}
}
