package middleware

import "net/http"

// handle is the writer the next handler gets, under the w type with the right method set. Like every http.ResponseWriter it is
// for one goroutine at a time. Every method refuses once the request has ended.
//
// It has no exported method but http.ResponseWriter's and Unwrap, so that no other interface is invented.
type handle struct{ rec Record }

func (h *handle) record() *Record { return &h.rec }

func (h *handle) Header() http.Header {
	inner := h.rec.inner()
	if inner == nil {
		refuse("Header")
		return http.Header{}
	}
	return inner.Header()
}

// WriteHeader records after the call: an invalid code makes the inner writer panic and is then not the response's status.
func (h *handle) WriteHeader(code int) {
	inner := h.rec.inner()
	if inner == nil {
		refuse("WriteHeader")
		return
	}
	inner.WriteHeader(code)
	if code >= http.StatusOK || code == http.StatusSwitchingProtocols {
		h.rec.begin(code)
	}
}

func (h *handle) Write(p []byte) (int, error) {
	inner := h.rec.inner()
	if inner == nil {
		refuse("Write")
		return 0, ErrHandlerDone
	}
	h.implicitOK()
	n, err := inner.Write(p)
	h.rec.bytes += int64(n)
	return n, err
}

// Unwrap gives the inner writer, for http.ResponseController. From then on Began says true, see there.
func (h *handle) Unwrap() http.ResponseWriter {
	inner := h.rec.inner()
	if inner == nil {
		refuse("Unwrap")
		return refusal{}
	}
	h.rec.flags |= unwrapped
	return inner
}

// implicitOK: a body or flush without WriteHeader sends 200. After a hijack it sends nothing.
func (h *handle) implicitOK() {
	if h.rec.status == 0 && !h.rec.Hijacked() {
		h.rec.begin(http.StatusOK)
	}
}
