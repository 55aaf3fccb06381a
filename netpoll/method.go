package netpoll

// method watches the first bytes of a request go by, for the two facts net/http's connection loop keeps from one
// request to the next and a parked connection would lose: whether the last method was POST (old clients send an extra
// CRLF after its body, which net/http then skips) and whether this is HTTP/2 with prior knowledge, which is never parked.
//
// The zero value is unknown: the bytes went by unseen.
type method struct {
	head  [5]byte
	n     uint8
	start bool // the next byte fed is the first of a request
	known bool
}

func (m *method) forget() { *m = method{} }

func (m *method) begin() { *m = method{start: true} }

// feed takes the bytes the server is about to see. Leading CR and LF belong to no request: net/http either skips them
// (after a POST) or answers 400 and closes, and then nothing here matters any more.
func (m *method) feed(p []byte) {
	if m.start && m.n == 0 && len(p) >= len(m.head) && p[0] > '\r' { // as nearly always
		m.n = uint8(copy(m.head[:], p))
		m.known = true
		return
	}
	for _, b := range p {
		if !m.start || m.known {
			return
		}
		if m.n == 0 && (b == '\r' || b == '\n') {
			continue
		}
		m.head[m.n] = b
		m.n++
		m.known = int(m.n) == len(m.head)
	}
}

// pending reports whether more bytes are needed.
func (m *method) pending() bool { return m.start && !m.known }

func (m *method) post() bool  { return m.known && string(m.head[:]) == "POST " }
func (m *method) http2() bool { return m.known && string(m.head[:]) == "PRI *" }
