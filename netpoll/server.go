package netpoll

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"sync"
	"time"
)

// ErrServerClosed is what Serve returns after Shutdown or Close, and what OnClose is given for streams these end.
var ErrServerClosed = fmt.Errorf("netpoll: server %w", net.ErrClosed)

// A Server serves a protocol of one's own with functions that are called when something happens, instead of a goroutine
// for each connection. Set the fields before the first Serve; the methods are safe for concurrent use.
//
// A field that is negative makes Serve return an error.
//
// The functions of one Stream are called one at a time. On Linux those of many streams share one goroutine, a loop, so they
// must not wait: Stream.Go hands work to others. A panic in one ends its Stream, with a *PanicError; one in OnClose is not
// caught. runtime.Goexit, which t.FailNow calls, would end the loop: it ends the process with a message that says so.
type Server struct {
	// OnOpen is called first. Zero means nothing is done.
	OnOpen func(*Stream)

	// OnData is given what has come, and returns how much of it it has used: the rest is kept and given again, with what
	// follows it. p is valid during the call only. An error ends the Stream once
	// what was written before is sent. See Frames. It must be set.
	OnData func(s *Stream, p []byte) (used int, err error)

	// OnWritable is called when a Stream whose queue was above HighWater is below half of that again, and where a Write
	// was refused when there is room for it too. Zero means nothing is done.
	OnWritable func(*Stream)

	// OnClose is called last. The peer's end closes its Stream: what waits, and what Go has taken, is still sent, and what
	// is written later refused. err is nil after Stream.Close, io.EOF if the peer was first, io.ErrUnexpectedEOF if it
	// left in the middle of what OnData had not used. Zero means nothing is done.
	OnClose func(s *Stream, err error)

	// Loops is how many goroutines wait for and serve the streams of TCP and Unix listeners. Zero means GOMAXPROCS.
	Loops int

	// Workers bounds the goroutines that run what Stream.Go is given. Zero means 64.
	Workers int

	// MaxTasks bounds what Stream.Go has taken for one Stream and not finished; it is not read from at that bound.
	// Zero means 64.
	MaxTasks int

	// MaxRest bounds what OnData may leave unused, and so the memory a peer can take with a frame it never completes:
	// beyond it the Stream ends with ErrFrameTooLong. Zero means 1 MiB.
	MaxRest int

	// HighWater is how many bytes may wait to be sent before a Stream is no longer read from. Zero means 64 KiB.
	HighWater int

	// Duplex is for relays: a Stream is read from also while more than HighWater waits to be sent to it. What bounds a
	// queue is then Stream.Pause of the Stream whose bytes it takes. Zero means that a peer that does not read is not read
	// from, which bounds what answers it.
	Duplex bool

	// MaxQueue bounds the bytes that wait to be sent: Write refuses with ErrQueueFull what would go beyond, unless
	// nothing waits. Zero means 1 MiB.
	MaxQueue int

	// IdleTimeout ends a Stream from which nothing has come for so long. Zero means never.
	IdleTimeout time.Duration

	// WriteTimeout ends a Stream whose peer has taken nothing for so long although something waits. Streams with goroutines
	// of their own are told only when the kernel has room again, a third of its buffer. Zero means 30 s.
	WriteTimeout time.Duration

	// CloseTimeout bounds how long a closed Stream may take to send what it has, workers' answers included, and to see the
	// peer's end; also one that its peer or Shutdown has closed. Zero means 5 s.
	CloseTimeout time.Duration

	mu        sync.Mutex
	begun     bool
	closing   bool                       // no new streams
	listeners map[*net.Listener]struct{} // by pointer, as in http.Server: not every type can be a key
	streams   map[*Stream]struct{}
	stopping  chan struct{} // closed when closing
	empty     chan struct{} // closed when closing and the last stream is gone
	clock     clock
	workers   workers
	engine    engine
}

// Serve accepts connections from ln until it fails or the Server ends, and returns when all is over in the latter case. It
// may be called for several listeners. What *net.TCPListener and *net.UnixListener accept is served by the loops on Linux;
// connections of others, as of tls.NewListener, have two goroutines each and the same functions.
func (v *Server) Serve(ln net.Listener) error {
	if err := v.begin(&ln); err != nil {
		ln.Close()
		return err
	}
	err := v.accept(ln)
	v.mu.Lock()
	delete(v.listeners, &ln)
	closing := v.closing
	v.mu.Unlock()
	if !closing {
		return err
	}
	<-v.empty
	v.engine.wait()
	return ErrServerClosed
}

func (v *Server) begin(ln *net.Listener) error {
	if v.OnData == nil {
		panic("netpoll: Server.OnData must be set")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closing {
		return ErrServerClosed
	}
	if !v.begun {
		if err := v.check(); err != nil {
			return err
		}
		v.defaults()
		if err := v.engine.start(v); err != nil {
			return err
		}
		v.begun = true
	}
	v.listeners[ln] = struct{}{}
	return nil
}

// check needs mu.
func (v *Server) check() error {
	return cmp.Or(
		notNegative("Server.Loops", v.Loops, "GOMAXPROCS"),
		notNegative("Server.Workers", v.Workers, "64"),
		notNegative("Server.MaxTasks", v.MaxTasks, "64"),
		notNegative("Server.MaxRest", v.MaxRest, "1 MiB"),
		notNegative("Server.HighWater", v.HighWater, "64 KiB"),
		notNegative("Server.MaxQueue", v.MaxQueue, "1 MiB"),
		notNegative("Server.IdleTimeout", v.IdleTimeout, "never"),
		notNegative("Server.WriteTimeout", v.WriteTimeout, "30 s"),
		notNegative("Server.CloseTimeout", v.CloseTimeout, "5 s"),
	)
}

// defaults needs mu.
func (v *Server) defaults() {
	for p, d := range map[*int]int{&v.Workers: 64, &v.MaxTasks: 64, &v.MaxRest: 1 << 20, &v.HighWater: 64 << 10, &v.MaxQueue: 1 << 20} {
		if *p == 0 {
			*p = d
		}
	}
	if v.WriteTimeout == 0 {
		v.WriteTimeout = 30 * time.Second
	}
	if v.CloseTimeout == 0 {
		v.CloseTimeout = 5 * time.Second
	}
	v.listeners = make(map[*net.Listener]struct{})
	v.streams = make(map[*Stream]struct{})
	v.stopping, v.empty = make(chan struct{}), make(chan struct{})
	v.workers.limit = v.Workers
	v.clock.start()
}

// accept declines to the loops what they can serve.
func (v *Server) accept(ln net.Listener) error {
	if ok, err := v.engine.accept(v, ln); ok {
		return err
	}
	for pause := time.Duration(0); ; {
		nc, err := ln.Accept()
		if err == nil {
			pause = 0
			v.serveConn(nc)
			continue
		}
		if ne, ok := err.(net.Error); !ok || !isTemporary(ne) {
			return err
		}
		pause = min(2*pause+5*time.Millisecond, time.Second)
		time.Sleep(pause)
	}
}

// enter is false when no more streams are taken.
func (v *Server) enter(s *Stream) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closing {
		return false
	}
	v.streams[s] = struct{}{}
	return true
}

func (v *Server) leave(s *Stream) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.streams, s)
	if v.closing && len(v.streams) == 0 {
		v.over()
	}
}

// over needs mu, and is called once: no stream enters any more.
func (v *Server) over() {
	v.clock.stop()
	v.engine.stop()
	close(v.empty)
}

// close ends the listeners and returns the streams.
func (v *Server) close() []*Stream {
	listeners, streams := v.end()
	// Without mu: closing a listener waits for an acceptor at work, and that may wait to enter.
	for _, ln := range listeners {
		ln.Close()
	}
	return streams
}

// end lets nothing enter any more.
func (v *Server) end() (listeners []net.Listener, streams []*Stream) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.begun && !v.closing {
		v.closing = true
		v.empty = make(chan struct{})
		close(v.empty)
		return nil, nil
	}
	first := !v.closing
	if v.closing = true; first && v.begun {
		close(v.stopping)
	}
	for ln := range v.listeners {
		listeners = append(listeners, *ln)
	}
	streams = make([]*Stream, 0, len(v.streams))
	for s := range v.streams {
		streams = append(streams, s)
	}
	if first && v.begun && len(streams) == 0 {
		v.over()
	}
	return listeners, streams
}

// Shutdown closes the listeners and each Stream as Stream.Close does: nothing more is read, what was handed to workers is
// finished, what waits is sent, each within CloseTimeout. It returns when the last has ended, or ends the others as Close
// does once ctx is done. A client that the kernel has taken and nobody has accepted yet is reset, as by every listener that closes.
// It must not be called from the Server's functions.
func (v *Server) Shutdown(ctx context.Context) error {
	for _, s := range v.close() {
		s.shut(ErrServerClosed)
	}
	select {
	case <-v.empty:
		return nil
	case <-ctx.Done():
		v.Close()
		<-v.empty
		return ctx.Err()
	}
}

// Close ends the listeners and all streams at once. It does not wait for OnClose; Serve does.
func (v *Server) Close() error {
	for _, s := range v.close() {
		s.fail(ErrServerClosed)
	}
	return nil
}
