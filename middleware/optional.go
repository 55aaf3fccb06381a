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
	inner := h.rec.inner()
	if inner == nil {
		refuse("Flush")
		return
	}
	h.implicitOK()
	inner.(http.Flusher).Flush()
}

func (h *handle) flushError() error {
	inner := h.rec.inner()
	if inner == nil {
		refuse("FlushError")
		return ErrHandlerDone
	}
	h.implicitOK()
	return inner.(flushErrorer).FlushError()
}

func (h *handle) hijack() (net.Conn, *bufio.ReadWriter, error) {
	inner := h.rec.inner()
	if inner == nil {
		refuse("Hijack")
		return nil, nil, ErrHandlerDone
	}
	c, rw, err := inner.(http.Hijacker).Hijack()
	if err == nil {
		h.rec.flags |= hijacked
	}
	return c, rw, err
}

// readFrom keeps the inner writer's sendfile. An empty source writes nothing, not even a header, so that there is a status is
// known only afterwards; copying covers a source that panics in between.
func (h *handle) readFrom(src io.Reader) (int64, error) {
	inner := h.rec.inner()
	if inner == nil {
		refuse("ReadFrom")
		return 0, ErrHandlerDone
	}
	h.rec.flags |= copying
	var start int64
	if h.rec.flags&timed != 0 {
		start = clock()
	}
	n, err := inner.(io.ReaderFrom).ReadFrom(src)
	if n > 0 && h.rec.status == 0 && !h.rec.Hijacked() {
		h.rec.status = http.StatusOK
		if h.rec.flags&timed != 0 {
			h.rec.see(start)
		}
	}
	h.rec.bytes += n
	h.rec.flags &^= copying
	return n, err
}

func (h *handle) writeString(s string) (int, error) {
	inner := h.rec.inner()
	if inner == nil {
		refuse("WriteString")
		return 0, ErrHandlerDone
	}
	h.implicitOK()
	n, err := inner.(io.StringWriter).WriteString(s)
	h.rec.bytes += int64(n)
	return n, err
}

func (h *handle) push(target string, o *http.PushOptions) error {
	inner := h.rec.inner()
	if inner == nil {
		refuse("Push")
		return ErrHandlerDone
	}
	return inner.(http.Pusher).Push(target, o)
}

// closeNotify of an ended request says at once that the client is gone.
func (h *handle) closeNotify() <-chan bool {
	inner := h.rec.inner()
	if inner == nil {
		refuse("CloseNotify")
		gone := make(chan bool)
		close(gone)
		return gone
	}
	return inner.(closeNotifier).CloseNotify()
}

func (h *handle) setReadDeadline(t time.Time) error {
	inner := h.rec.inner()
	if inner == nil {
		refuse("SetReadDeadline")
		return ErrHandlerDone
	}
	return inner.(readDeadliner).SetReadDeadline(t)
}

func (h *handle) setWriteDeadline(t time.Time) error {
	inner := h.rec.inner()
	if inner == nil {
		refuse("SetWriteDeadline")
		return ErrHandlerDone
	}
	return inner.(writeDeadliner).SetWriteDeadline(t)
}

func (h *handle) enableFullDuplex() error {
	inner := h.rec.inner()
	if inner == nil {
		refuse("EnableFullDuplex")
		return ErrHandlerDone
	}
	return inner.(fullDuplexer).EnableFullDuplex()
}
