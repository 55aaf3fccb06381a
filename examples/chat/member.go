package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/hotpath-go/hotpath/netpoll"
)

const (
	maxMessage = 64 << 10
	patience   = 5 * time.Second        // for the rest of a message that has begun
	writeLimit = 100 * time.Millisecond // for a member whose buffers are full; longer would hold up the others
)

// member is one WebSocket. Its owner is the goroutine that reads it, or the Watch while it waits; anybody may write a whole
// frame, which net.Conn keeps in one piece.
type member struct {
	room   *room
	conn   net.Conn
	watch  *netpoll.Watch
	pinged bool
}

// readers are lent to members while they have something to say.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 2048) }}

// wait gives the member to its Watch.
func (m *member) wait() {
	m.watch.SetDeadline(time.Now().Add(m.room.idle))
	if m.watch.Once(netpoll.Readable) != nil {
		m.leave()
	}
}

// wake runs in the Poller's goroutine.
func (m *member) wake(_ *netpoll.Watch, ev netpoll.Event) {
	switch {
	case ev&netpoll.Closed != 0: // the room's end; close has told the member
	case ev&netpoll.Timeout != 0:
		go m.ping()
	default:
		go func() {
			r := readers.Get().(*bufio.Reader)
			r.Reset(m.conn)
			m.read(r)
			r.Reset(nil)
			readers.Put(r)
		}()
	}
}

func (m *member) ping() {
	if m.pinged || m.write(ws.CompiledPing) != nil {
		m.leave()
		return
	}
	m.pinged = true
	m.wait()
}

// read reads the message that has come, and those that came along with it.
func (m *member) read(r *bufio.Reader) {
	m.pinged = false
	for {
		m.conn.SetReadDeadline(time.Now().Add(patience))
		text, err := m.next(r)
		if err != nil {
			m.leave()
			return
		}
		if len(text) > 0 {
			m.room.say(text)
		}
		if r.Buffered() == 0 { // what is not buffered wakes us
			break
		}
	}
	m.conn.SetReadDeadline(time.Time{})
	m.wait()
}

var errTooLong = errors.New("message too long")

// next returns a text, or nothing after a control frame, which it answers.
func (m *member) next(r *bufio.Reader) ([]byte, error) {
	control := wsutil.ControlFrameHandler(m.conn, ws.StateServerSide)
	rd := wsutil.Reader{
		Source: r, State: ws.StateServerSide, CheckUTF8: true, MaxFrameSize: maxMessage, OnIntermediate: control,
	}
	h, err := rd.NextFrame()
	if err != nil {
		return nil, err
	}
	if h.OpCode.IsControl() {
		return nil, control(h, &rd)
	}
	text, err := io.ReadAll(io.LimitReader(&rd, maxMessage+1)) // of all fragments
	if len(text) > maxMessage {
		err = errTooLong
	}
	return text, err
}

func (m *member) write(frame []byte) error {
	m.conn.SetWriteDeadline(time.Now().Add(writeLimit))
	_, err := m.conn.Write(frame)
	return err
}

// leave may be called again.
func (m *member) leave() {
	m.room.mu.Lock()
	delete(m.room.members, m)
	m.room.mu.Unlock()
	m.watch.Stop()
	m.conn.Close()
}
