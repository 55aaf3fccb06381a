//go:build linux && !portable

package keepalive_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"golang.org/x/sys/unix"
)

// The two tests here need root, ip(8), /dev/net/tun and some minutes, so they run with
// HOTPATH_SOAK=1 only; there, a machine that cannot is a failure and no skip.

// cable is two network namespaces joined by this process: the server's end has
// 10.77.0.1, the client's 10.77.0.2. What tc-netem(8) would do it does itself,
// so a kernel without that module will do.
type cable struct {
	t     *testing.T
	loss  atomic.Int64 // of 100 packets
	delay atomic.Int64 // in nanoseconds
}

const serverEnd, clientEnd = "keepalive-s", "keepalive-c"

func newCable(t *testing.T) *cable {
	t.Helper()
	c := &cable{t: t}
	t.Cleanup(func() {
		for _, ns := range []string{serverEnd, clientEnd} {
			_ = exec.Command("ip", "netns", "del", ns).Run()
		}
	})
	s, r := c.plug(serverEnd, "10.77.0.1"), c.plug(clientEnd, "10.77.0.2")
	go c.carry(s, r)
	go c.carry(r, s)
	return c
}

func (c *cable) do(line string) {
	c.t.Helper()
	f := strings.Fields(line)
	if out, err := exec.Command(f[0], f[1:]...).CombinedOutput(); err != nil {
		c.t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// plug makes a namespace whose only way out is the returned file.
func (c *cable) plug(ns, addr string) *os.File {
	c.t.Helper()
	c.do("ip netns add " + ns)
	var fd int
	var err error
	in(c.t, ns, func() {
		if fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0); err != nil {
			return
		}
		ifr, _ := unix.NewIfreq("v0")
		ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr)
	})
	if err != nil {
		c.t.Fatal("/dev/net/tun: ", err)
	}
	c.do("ip -n " + ns + " addr add " + addr + "/24 dev v0")
	c.do("ip -n " + ns + " link set v0 up")
	f := os.NewFile(uintptr(fd), ns)
	c.t.Cleanup(func() { _ = f.Close() })
	return f
}

func (c *cable) carry(from, to *os.File) {
	for {
		b := make([]byte, 2000)
		n, err := from.Read(b)
		if err != nil {
			return // closed
		}
		if rand.Int64N(100) >= c.loss.Load() {
			time.AfterFunc(time.Duration(c.delay.Load()), func() { _, _ = to.Write(b[:n]) })
		}
	}
}

// in runs f in a namespace; the sockets it makes stay there.
func in(t *testing.T, ns string, f func()) {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		fd, err := unix.Open("/run/netns/"+ns, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			err = unix.Setns(fd, unix.CLONE_NEWNET)
			_ = unix.Close(fd)
		}
		if err == nil {
			f()
		}
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(ns, err)
	}
}

// connect returns n connections, the server's ends accepted under lc.
func (c *cable) connect(lc keepalive.ListenConfig, n int) (servers, clients []net.Conn) {
	c.t.Helper()
	var ln net.Listener
	var err error
	in(c.t, serverEnd, func() { ln, err = lc.Listen(context.Background(), "tcp4", "10.77.0.1:0") })
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	for range n {
		in(c.t, clientEnd, func() {
			var conn net.Conn
			if conn, err = (&net.Dialer{KeepAlive: -1, Timeout: time.Minute}).Dial("tcp4", ln.Addr().String()); err == nil {
				clients = append(clients, conn)
			}
		})
		if err != nil {
			c.t.Fatal(err)
		}
		conn, err := ln.Accept()
		if err != nil {
			c.t.Fatal(err)
		}
		servers = append(servers, conn)
		c.t.Cleanup(func() { _, _ = clients[len(clients)-1].Close(), conn.Close() })
	}
	return servers, clients
}

func soaking() bool { return os.Getenv("HOTPATH_SOAK") == "1" }

// The cable is cut. A server that waits for a request, and one whose answer is
// on its way, both hear of it within UserTimeout + 1 s; without the option
// neither has heard of it by then.
func TestSoakDeadPeer(t *testing.T) {
	if !soaking() {
		return
	}
	const timeout = 5 * time.Second
	c := newCable(t)
	probes := net.KeepAliveConfig{Enable: true, Idle: 2 * time.Second, Interval: time.Second, Count: 3}
	with, _ := c.connect(keepalive.ListenConfig{KeepAlive: probes, UserTimeout: timeout}, 2)
	without, _ := c.connect(keepalive.ListenConfig{KeepAlive: net.KeepAliveConfig{Idle: -1}}, 2)
	for _, s := range append(with[:1:1], without[0]) { // both have been used
		if _, err := s.Write([]byte("answer")); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Second)
	c.loss.Store(100)
	cut := time.Now()
	type end struct {
		with bool
		how  string
		err  error
		at   time.Duration
	}
	ends := make(chan end, 4)
	wait := func(s net.Conn, with bool, how string) {
		_ = s.SetReadDeadline(cut.Add(timeout + 3*time.Second))
		if how == "answering" {
			_, _ = s.Write([]byte("answer"))
		}
		_, err := s.Read(make([]byte, 1))
		ends <- end{with, how, err, time.Since(cut)}
	}
	for i, how := range []string{"waiting", "answering"} {
		go wait(with[i], true, how)
		go wait(without[i], false, how)
	}
	for range 4 {
		e := <-ends
		t.Logf("UserTimeout %v, %s: %v after %v", e.with, e.how, e.err, e.at.Round(time.Millisecond))
		if e.with && (!errors.Is(e.err, syscall.ETIMEDOUT) || e.at > timeout+time.Second) {
			t.Errorf("%s: %v after %v, want ETIMEDOUT within %v", e.how, e.err, e.at, timeout+time.Second)
		}
		if !e.with && !errors.Is(e.err, os.ErrDeadlineExceeded) {
			t.Errorf("%s without UserTimeout: %v after %v: the test proves nothing", e.how, e.err, e.at)
		}
	}
}

// A bad cable is no cut one: 10 % loss each way and 20 ms, two minutes of
// exchanges with pauses long enough for probes, and nobody is given up.
func TestSoakNoFalseKillAtTenPercentLoss(t *testing.T) {
	if !soaking() {
		return
	}
	const conns = 40
	c := newCable(t)
	c.loss.Store(10)
	c.delay.Store(int64(20 * time.Millisecond))
	servers, clients := c.connect(keepalive.ListenConfig{
		KeepAlive:   net.KeepAliveConfig{Enable: true, Idle: time.Second, Interval: time.Second, Count: 25},
		UserTimeout: 30 * time.Second,
	}, conns)
	until := time.Now().Add(2 * time.Minute)
	errs := make(chan error, 2*conns)
	total := make(chan int, conns)
	for i := range conns {
		// A connection given up may lose its reset too: its client must not wait for ever.
		_, _ = servers[i].SetDeadline(until.Add(time.Minute)), clients[i].SetDeadline(until.Add(time.Minute))
		go func() { // the server answers each byte
			_, err := io.Copy(servers[i], struct{ io.Reader }{servers[i]})
			errs <- err
		}()
		go func() {
			b, n := make([]byte, 100), 0
			var err error
			for ; err == nil && time.Now().Before(until); n++ {
				if _, err = clients[i].Write(b); err == nil {
					_, err = io.ReadFull(clients[i], b)
				}
				time.Sleep(time.Duration((i*7+n*3)%8) * 500 * time.Millisecond)
			}
			_ = clients[i].(*net.TCPConn).CloseWrite()
			errs <- err
			total <- n
		}()
	}
	for range 2 * conns {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	sum := 0
	for range conns {
		sum += <-total
	}
	t.Logf("%d exchanges on %d connections", sum, conns)
}
