package netpoll_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A byte that comes while the Watch is being armed is not lost.
func TestPollerNoLostWakeup(t *testing.T) {
	w, here, there := watchedEnds(t, newPoller(t))
	const rounds = 5000
	go func() {
		rnd := rand.New(rand.NewPCG(1, 1))
		var b [1]byte
		for range soak(t, rounds) {
			spin(time.Duration(rnd.IntN(10)) * time.Microsecond)
			if there.Write(b[:]); !tryRead(there, b[:]) {
				return
			}
		}
	}()
	var b [1]byte
	for n := range soak(t, rounds) {
		once(t, w, readable)
		select {
		case <-w.C:
		case <-time.After(20 * time.Second):
			t.Fatalf("round %d: nothing", n)
		}
		here.SetDeadline(time.Now().Add(20 * time.Second))
		if !tryRead(here, b[:]) {
			t.Fatalf("round %d: readable, and nothing to read", n)
		}
		here.Write(b[:])
	}
}

func tryRead(c net.Conn, b []byte) bool {
	_, err := io.ReadFull(c, b)
	return err == nil
}

// After Stop the connection is its owner's alone: no event, no deadline, no reader in the way.
func TestPollerStopRace(t *testing.T) {
	p := newPoller(t)
	here, there := ends(t, "tcp")
	var b [1]byte
	for range soak(t, 2000) {
		var calls atomic.Int32
		w, err := p.Watch(here, func(*netpoll.Watch, netpoll.Event) { calls.Add(1) })
		if err != nil {
			t.Fatal(err)
		}
		once(t, w, readable|writable)
		go there.Write([]byte{1})
		spin(time.Duration(rand.IntN(20)) * time.Microsecond)
		waited, n := w.Stop(), int32(0)
		if !tryRead(here, b[:]) {
			t.Fatal("no read after Stop")
		}
		if n = calls.Load(); waited && n > 0 {
			t.Fatalf("waiting, and called %d times", n)
		}
		if w.Stop() {
			t.Fatal("a second Stop found it waiting")
		}
	}
}

// Events reach their own connection while descriptors are closed and their numbers used by others, with and without Stop.
func TestPollerReusedFds(t *testing.T) {
	p := newPoller(t)
	l := listenOn(t, "tcp")
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var churn, wg sync.WaitGroup
	churn.Go(func() { churnFds(ctx) })
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for i := range 4 {
		wg.Go(func() {
			for n := range soak(t, 2000) / 4 {
				if err := oneLife(p, l.Addr(), accepted, uint32(i)<<24|uint32(n)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	cancel()
	churn.Wait()
	l.Close()
	for range accepted {
	}
}

// oneLife watches a connection for a number that is sent to it, and leaves it in one of several ways.
func oneLife(p *netpoll.Poller, a net.Addr, accepted <-chan net.Conn, id uint32) error {
	there, err := net.Dial("tcp", a.String())
	if err != nil {
		return err
	}
	defer there.Close()
	here := <-accepted // anybody's: the number is sent both ways
	defer here.Close()
	w, err := p.Watch(here, nil)
	if err != nil {
		return err
	}
	there.SetDeadline(time.Now().Add(20 * time.Second))
	var b [4]byte
	if err := w.Once(netpoll.Readable); err != nil {
		return err
	}
	if id%3 == 0 { // close without Stop, while it waits
		return nil
	}
	binary.BigEndian.PutUint32(b[:], id)
	there.Write(b[:])
	select {
	case ev := <-w.C:
		here.SetDeadline(time.Now().Add(20 * time.Second))
		if n, err := here.Read(b[:]); err != nil && err != io.EOF {
			return fmt.Errorf("%v, then read %d, %v", ev, n, err)
		}
	case <-time.After(20 * time.Second):
		return fmt.Errorf("watch %x: nothing", id)
	}
	w.Stop()
	return nil
}

// A thousand connections wait without a goroutine each, where this build can.
func TestPollerHoldsNoGoroutines(t *testing.T) {
	p := newPoller(t)
	const many = 200
	before := runtime.NumGoroutine()
	var told sync.WaitGroup
	for range many {
		here, there := ends(t, "tcp")
		w, err := p.Watch(here, func(w *netpoll.Watch, ev netpoll.Event) {
			w.Stop()
			told.Done()
		})
		if err != nil {
			t.Fatal(err)
		}
		w.SetDeadline(time.Now().Add(time.Hour))
		once(t, w, readable)
		told.Add(1)
		defer send(t, there, "x")
	}
	if n := runtime.NumGoroutine() - before; parks && n > 5 {
		t.Errorf("%d goroutines more for %d connections", n, many)
	}
	p.Close()
	told.Wait()
}
