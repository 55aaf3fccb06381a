package main

import (
	"net/http"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"github.com/hotpath-go/hotpath/netpoll"
)

// room is everybody who has joined. One goroutine says what is to be said, so that all hear it in the same order.
type room struct {
	poller *netpoll.Poller
	idle   time.Duration
	frames chan []byte
	closed chan struct{}
	saying sync.WaitGroup

	mu      sync.Mutex
	members map[*member]struct{}
}

func newRoom(idle time.Duration) (*room, error) {
	p, err := netpoll.NewPoller()
	if err != nil {
		return nil, err
	}
	r := &room{
		poller: p, idle: idle,
		frames: make(chan []byte, 16), closed: make(chan struct{}),
		members: make(map[*member]struct{}),
	}
	r.saying.Go(r.speak)
	return r, nil
}

// say queues a text for everybody; a room that is behind makes those who speak wait.
func (r *room) say(text []byte) {
	select {
	case r.frames <- ws.MustCompileFrame(ws.NewTextFrame(text)):
	case <-r.closed:
	}
}

// speak writes a frame that was built once to each member.
func (r *room) speak() {
	for {
		select {
		case frame := <-r.frames:
			for _, m := range r.present() {
				if m.write(frame) != nil {
					m.leave()
				}
			}
		case <-r.closed:
			return
		}
	}
}

func (r *room) present() []*member {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*member, 0, len(r.members))
	for m := range r.members {
		all = append(all, m)
	}
	return all
}

// join upgrades a request; the server's goroutine and buffers end with it.
func (r *room) join(w http.ResponseWriter, req *http.Request) {
	conn, rw, _, err := ws.UpgradeHTTP(req, w)
	if err != nil {
		return // UpgradeHTTP has answered
	}
	m := &member{room: r, conn: conn}
	if m.watch, err = r.poller.Watch(conn, m.wake); err != nil {
		conn.Close()
		return
	}
	r.mu.Lock()
	r.members[m] = struct{}{}
	r.mu.Unlock()
	if rw.Reader.Buffered() > 0 { // frames that came with the request
		m.read(rw.Reader)
		return
	}
	m.wait()
}

// close says goodbye to all.
func (r *room) close() {
	close(r.closed)
	r.saying.Wait()
	for _, m := range r.present() {
		m.write(goodbye)
		m.leave()
	}
	r.poller.Close()
}

var goodbye = ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusGoingAway, "")))
