package netpoll

import "crypto/tls"

// session is all that is kept of a parked TLS 1.3 connection, beside its fd, and what its record layer works with while it
// is awake. It has one owner at a time: the secureConn, or the lot.
type session struct {
	suite   *suite
	in, out traffic
	message message // what has come of a handshake message
	useless uint8   // records in a row that brought nothing
	asked   bool    // the peer waits for new keys; while parked
	whole   bool    // tls.Config.DynamicRecordSizingDisabled
	held    []byte  // what has come of a record, while parked
	state   tls.ConnectionState
}

// message gathers the one handshake message that may come after the handshake: a KeyUpdate, of five bytes.
type message struct {
	p [5]byte
	n uint8
}

const (
	keyUpdate   = 24
	updateAsked = 1
)

// goodbye is the last record of a parked session.
func (s *session) goodbye() []byte {
	return s.out.seal(s.suite, nil, typeAlert, []byte{alertWarning, byte(closeNotify)})
}

// endsWith reports whether p, all that a parked session's peer has sent, is its close_notify and nothing else.
func (s *session) endsWith(p []byte) bool {
	if len(p) != overhead+alertLen || len(s.held) > 0 || len(p) != headerLen+recordLen(p) {
		return false
	}
	try := s.in
	inner, ok := try.open(s.suite, append([]byte(nil), p...))
	return ok && string(inner) == string([]byte{alertWarning, byte(closeNotify), typeAlert})
}

// rest makes the session ready to be parked.
func (s *session) rest(held []byte) {
	s.in.aead, s.out.aead = nil, nil
	if s.held = nil; len(held) > 0 {
		s.held = append(s.held, held...)
	}
}

func (s *session) wipe() {
	s.in.wipe()
	s.out.wipe()
	clear(s.held)
}
