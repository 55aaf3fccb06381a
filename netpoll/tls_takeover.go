package netpoll

import (
	"crypto/tls"
	"io"
)

// takeover watches one handshake of crypto/tls from below, so that its session can go on without it. Not safe for
// concurrent use: a handshake is one goroutine's.
//
// Two facts decide, and both are proven and not guessed. What was read: crypto/tls gets what comes record by record, so it
// holds nothing when it has used the client's last one, and the next record is the first under the client's new key. What was
// written: every encrypted record is opened again with the keys, first those of the handshake and then the new one, so
// that the number of the next is known. Where anything is otherwise the session stays with crypto/tls.
type takeover struct {
	secrets *secrets // apart, since the configuration holds on to it; nil until there is one
	whole   bool     // tls.Config.DynamicRecordSizingDisabled
	off     bool     // stays with crypto/tls

	raw  inbound
	head [headerLen]byte // of the record that crypto/tls is being given
	got  int             // of head
	left int             // of the record, behind head

	suite      *suite
	first, out traffic // of the server, in the handshake and after it
	begun      bool    // a record under out was seen
}

// Read gives crypto/tls no more than the rest of the record, or of its header. It reads ahead from the socket.
func (t *takeover) Read(p []byte, from io.Reader) (int, error) {
	if len(t.raw.unused()) == 0 {
		if err := t.raw.fill(from); err != nil {
			return 0, err
		}
	}
	if t.off {
		return t.take(p), nil
	}
	if t.got < headerLen {
		n := t.take(p[:min(len(p), headerLen-t.got)])
		copy(t.head[t.got:], p[:n])
		if t.got += n; t.got == headerLen {
			t.left = recordLen(t.head[:])
			t.turn()
		}
		return n, nil
	}
	n := t.take(p[:min(len(p), t.left)])
	t.left -= n
	t.turn()
	return n, nil
}

// spent reports that nothing is left to do here, and gives the memory back.
func (t *takeover) spent() bool {
	if !t.off || len(t.raw.unused()) > 0 {
		return false
	}
	t.raw.release()
	return true
}

func (t *takeover) take(p []byte) int {
	n := copy(p, t.raw.unused())
	t.raw.r += n
	return n
}

// turn begins the next record at the end of one.
func (t *takeover) turn() {
	if t.left == 0 {
		t.got = 0
	}
}

// wrote is told of everything that crypto/tls writes, before it is written: whole records.
func (t *takeover) wrote(p []byte) {
	for len(p) > 0 && !t.off {
		if len(p) < headerLen || len(p) < headerLen+recordLen(p) {
			t.off = true
			return
		}
		record := p[:headerLen+recordLen(p)]
		p = p[len(record):]
		switch {
		case record[0] == typeData:
			t.off = !t.accounts(record)
		case record[0] != typeHandshake && record[0] != typeCCS, t.suite != nil: // neither plaintext after that, nor alerts
			t.off = true
		}
	}
}

// accounts reports whether the record is the next under one of the two keys.
func (t *takeover) accounts(record []byte) bool {
	if t.suite == nil {
		if t.suite = t.secrets.suite(); t.suite == nil {
			return false
		}
		t.first.begin(t.suite, t.secrets.handshake)
		t.out.begin(t.suite, t.secrets.server)
	}
	if !t.begun && t.opens(&t.first, record) {
		return true
	}
	t.begun = true
	return t.opens(&t.out, record)
}

// opens decrypts a copy: p is crypto/tls's, and about to be sent.
func (t *takeover) opens(key *traffic, record []byte) bool {
	if len(record) > maxRecord {
		return false
	}
	room := largeRooms.Get().(*[18 << 10]byte)
	defer largeRooms.Put(room)
	_, ok := key.open(t.suite, append(room[:0], record...))
	clear(room[:len(record)])
	return ok
}

// end returns the session if it can go on without crypto/tls, and then t.raw has what has come of it. Else t has to stay
// between crypto/tls and the socket for as long as it holds bytes.
func (t *takeover) end(state tls.ConnectionState) *session {
	defer t.wipe()
	if t.off || t.got != 0 || state.Version != tls.VersionTLS13 || t.suite == nil || t.suite != suiteOf(state.CipherSuite) {
		t.off = true
		return nil
	}
	s := &session{suite: t.suite, out: t.out, whole: t.whole, state: state}
	s.in.begin(t.suite, t.secrets.client)
	return s
}

// wipe ends the life of secrets in here.
func (t *takeover) wipe() {
	t.secrets.wipe()
	t.first.wipe()
	t.out.wipe()
}
