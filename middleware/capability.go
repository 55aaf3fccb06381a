package middleware

import (
	"io"
	"net/http"
	"time"
)

//go:generate go run ./internal/genwriters

// capability is a set of optional methods, one bit each; the bits are generated with the types.
type capability uint16

// The optional interfaces that net/http does not name. See http.ResponseController.
type (
	flushErrorer interface{ FlushError() error }
	// closeNotifier is http.CloseNotifier, which is deprecated but still asserted by older handlers.
	closeNotifier  interface{ CloseNotify() <-chan bool }
	readDeadliner  interface{ SetReadDeadline(time.Time) error }
	writeDeadliner interface{ SetWriteDeadline(time.Time) error }
	fullDuplexer   interface{ EnableFullDuplex() error }
	unwrapper      interface{ Unwrap() http.ResponseWriter }
	bothDeadliner  interface {
		readDeadliner
		writeDeadliner
	}
)

// capabilitiesOf depends only on w's dynamic type, which is what allows its result to be kept by type.
func capabilitiesOf(w http.ResponseWriter) (c capability) {
	c |= has[http.Flusher](w, canFlush)
	c |= has[flushErrorer](w, canFlushError)
	c |= has[http.Hijacker](w, canHijack)
	c |= has[io.ReaderFrom](w, canReadFrom)
	c |= has[http.Pusher](w, canPush)
	c |= has[io.StringWriter](w, canWriteString)
	c |= has[closeNotifier](w, canCloseNotify)
	c |= has[fullDuplexer](w, canFullDuplex)
	c |= has[bothDeadliner](w, canSetDeadlines)
	return c
}

func has[I any](w http.ResponseWriter, bit capability) capability {
	if _, ok := w.(I); ok {
		return bit
	}
	return 0
}
