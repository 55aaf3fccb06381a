package middleware

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// The methods below are reached only through a w type that has the matching bit, so the inner writer has the interface and
// the assertions cannot fail.

func (h *handle) flush() {
	if h.ended() {
		refuse("Flush")
		return
	}
	h.implicitOK()
	h.rec.inner.(http.Flusher).Flush()
}

func (h *handle) flushError() error {
	if h.ended() {
		refuse("FlushError")
		return ErrHandlerDone
	}
	h.implicitOK()
	return h.rec.inner.(flushErrorer).FlushError()
}

func (h *handle) hijack() (net.Conn, *bufio.ReadWriter, error) {
	if h.ended() {
		refuse("Hijack")
		return nil, nil, ErrHandlerDone
	}
	c, rw, err := h.rec.inner.(http.Hijacker).Hijack()
	if err == nil {
		h.rec.flags |= hijacked
	}
	return c, rw, err
}

// readFrom keeps the inner writer's sendfile. An empty source writes nothing, not even a header, so that there is a status is
// known only afterwards; copying covers a source that panics in between.
func (h *handle) readFrom(src io.Reader) (int64, error) {
	if h.ended() {
		refuse("ReadFrom")
		return 0, ErrHandlerDone
	}
	h.rec.flags |= copying
	start := h.rec.now()
	n, err := h.rec.inner.(io.ReaderFrom).ReadFrom(src)
	if n > 0 && !h.rec.Hijacked() {
		h.rec.beginAt(http.StatusOK, start)
	}
	h.rec.bytes += n
	h.rec.flags &^= copying
	return n, err
}

func (h *handle) writeString(s string) (int, error) {
	if h.ended() {
		refuse("WriteString")
		return 0, ErrHandlerDone
	}
	h.implicitOK()
	n, err := h.rec.inner.(io.StringWriter).WriteString(s)
	h.rec.bytes += int64(n)
	return n, err
}

func (h *handle) push(target string, o *http.PushOptions) error {
	if h.ended() {
		refuse("Push")
		return ErrHandlerDone
	}
	return h.rec.inner.(http.Pusher).Push(target, o)
}

// closeNotify of an ended request says at once that the client is gone.
func (h *handle) closeNotify() <-chan bool {
	if h.ended() {
		refuse("CloseNotify")
		gone := make(chan bool)
		close(gone)
		return gone
	}
	return h.rec.inner.(closeNotifier).CloseNotify()
}

func (h *handle) setReadDeadline(t time.Time) error {
	if h.ended() {
		refuse("SetReadDeadline")
		return ErrHandlerDone
	}
	return h.rec.inner.(readDeadliner).SetReadDeadline(t)
}

func (h *handle) setWriteDeadline(t time.Time) error {
	if h.ended() {
		refuse("SetWriteDeadline")
		return ErrHandlerDone
	}
	return h.rec.inner.(writeDeadliner).SetWriteDeadline(t)
}

func (h *handle) enableFullDuplex() error {
	if h.ended() {
		refuse("EnableFullDuplex")
		return ErrHandlerDone
	}
	return h.rec.inner.(fullDuplexer).EnableFullDuplex()
}
