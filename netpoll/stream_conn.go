package netpoll

import (
	"io"
	"net"
	"sync"
	"time"
)

// connWire moves a Stream's bytes by a goroutine for each direction: on systems without loops, and for connections that
// are more than a descriptor.
type connWire struct {
	Stream
	conn net.Conn
	own  sync.Mutex // held while the Server's functions run; taken before mu
	cond sync.Cond  // reading(), blocked, eof or ended has changed
}

func (v *Server) serveConn(nc net.Conn) {
	w := &connWire{conn: nc}
	w.srv, w.wire, w.cond.L = v, w, &w.mu
	w.own.Lock() // until it is opened: a Close that sees it in between has its turn after that
	if !v.enter(&w.Stream) {
		nc.Close()
		return
	}
	go w.readLoop()
	go w.writeLoop()
}

func (w *connWire) readLoop() {
	buf := make([]byte, 4<<10)
	w.opened()
	w.own.Unlock()
	for w.mayRead() {
		n, err := w.conn.Read(buf)
		if n > 0 {
			w.owning(func() { w.received(buf[:n], time.Now()) })
		}
		if err != nil {
			w.over(err)
			return
		}
	}
}

// over ends the reading. The peer's end is not taken before the Stream might be read from again: until then OnData may
// have left what came ahead of it, or is not to be called.
func (w *connWire) over(err error) {
	switch {
	case err != io.EOF:
		w.owning(func() { w.fail(err); w.turn() })
	case w.mayRead():
		w.owning(w.ending)
	}
}

func (w *connWire) owning(f func()) {
	w.own.Lock()
	defer w.own.Unlock()
	f()
}

// mayRead waits while the Stream is not to be read from.
func (w *connWire) mayRead() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.reading() && !w.eof && !w.ended {
		w.cond.Wait()
	}
	return !w.ended && !w.eof
}

func (w *connWire) writeLoop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var room [4][]byte
	for {
		for !w.blocked && !w.ended {
			w.cond.Wait()
		}
		if w.ended {
			return
		}
		bufs := net.Buffers(piece(w.out.gather(room[:0])))
		w.mu.Unlock()
		n, err := bufs.WriteTo(w.conn)
		w.mu.Lock()
		if w.ended {
			return
		}
		w.out.sent(int(n))
		w.stuck = time.Now()
		w.blocked = err == nil && w.out.ready()
		if err != nil {
			w.failed(err)
		}
		w.settle()
	}
}

// write and flush leave everything to writeLoop.
func (w *connWire) write([]byte) (int, error)  { return 0, errAgain }
func (w *connWire) flush(*outbox) (int, error) { return 0, errAgain }

func (w *connWire) unsent() int { return 0 }

func (w *connWire) changed() { w.cond.Broadcast() }

func (w *connWire) kick() { go w.owning(w.turn) }

// shutWrite does not wait: that of a *tls.Conn writes.
func (w *connWire) shutWrite() {
	if c, ok := w.conn.(interface{ CloseWrite() error }); ok {
		go c.CloseWrite()
		return
	}
	w.eof = true // it cannot be half closed
	w.settle()
}

func (w *connWire) close() {
	w.cond.Broadcast()
	go w.conn.Close()
}

func (w *connWire) localAddr() net.Addr  { return w.conn.LocalAddr() }
func (w *connWire) remoteAddr() net.Addr { return w.conn.RemoteAddr() }

// mostAtOnce is how much a Write is given: while it runs, nobody sees what a slow peer takes.
const mostAtOnce = 16 << 10

// piece cuts bufs down to mostAtOnce.
func piece(bufs [][]byte) [][]byte {
	for i, left := 0, mostAtOnce; i < len(bufs); i++ {
		if left -= len(bufs[i]); left <= 0 {
			bufs[i] = bufs[i][:len(bufs[i])+left]
			return bufs[:i+1]
		}
	}
	return bufs
}
