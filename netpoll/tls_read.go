package netpoll

import (
	"crypto/tls"
	"errors"
	"io"
	"os"
	"time"
)

// maxUseless is how many records in a row may bring nothing, as in crypto/tls.
const maxUseless = 16

// await needs rd. It returns when there is something to read, or an error. A timeout leaves all as it is: what has come of a
// record waits for the rest.
func (c *secureConn) await() error {
	for !c.advance() {
		if err := c.raw.fill(c.socket); err != nil {
			return c.failed(err)
		}
	}
	return c.readable()
}

// wait is await for who does not read yet.
func (c *secureConn) wait() error {
	c.rd.Lock()
	defer c.rd.Unlock()
	return c.await()
}

// readable needs rd.
func (c *secureConn) readable() error {
	if len(c.plain) > 0 {
		return nil
	}
	return c.readErr
}

// failed needs rd. A deadline may be moved on; nothing else leaves a socket as it was.
func (c *secureConn) failed(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	c.readErr = final(err)
	return c.readErr
}

// prime takes in what is there, which is at least a byte or an end, and reports whether it is of interest to a server. A
// woken connection may have got half a record, or a KeyUpdate.
func (c *secureConn) prime() bool {
	c.rd.Lock()
	defer c.rd.Unlock()
	return c.advance() || c.raw.fill(c.socket) != nil || c.advance()
}

// advance needs rd. It uses records that are there as a whole, and reports whether that has led to something to read or an
// error.
func (c *secureConn) advance() bool {
	for len(c.plain) == 0 && c.readErr == nil {
		record, bad, err := c.raw.next()
		switch {
		case err != nil:
			c.refuse(bad)
			c.readErr = err
		case record == nil:
			return false
		default:
			c.use(record)
		}
	}
	return true
}

// refuse needs rd. It tells the peer, and is the error of all later calls.
func (c *secureConn) refuse(a tls.AlertError) {
	c.SetWriteDeadline(time.Now().Add(farewell)) // also of a Write under way, which holds wr
	c.wr.Lock()
	defer c.wr.Unlock()
	c.alert(a)
	c.readErr = final(localError(a))
}

// use needs rd. One record leads to something to read, an error, or nothing.
func (c *secureConn) use(record []byte) {
	typ, data, bad := c.decrypt(record)
	switch {
	case bad != 0:
		c.refuse(bad)
	case typ != typeHandshake && c.session.message.n > 0: // may not be interleaved: RFC 8446, 5.1
		c.refuse(unexpectedMessage)
	case typ == typeData && len(data) > 0:
		c.session.useless, c.plain = 0, data
	case typ == typeHandshake:
		c.useMessage(data)
	case typ == typeAlert:
		c.useAlert(data)
	case typ == typeData:
		c.ignore(errTooMany)
	default:
		c.refuse(unexpectedMessage)
	}
}

// decrypt needs rd. After the client's Finished nothing comes unencrypted, and no ChangeCipherSpec: RFC 8446, 5. crypto/tls
// lets those pass.
func (c *secureConn) decrypt(record []byte) (typ byte, data []byte, bad tls.AlertError) {
	if record[0] != typeData {
		return 0, nil, unexpectedMessage
	}
	inner, ok := c.session.in.open(c.session.suite, record)
	if !ok {
		return 0, nil, badRecordMAC
	}
	if len(inner) > maxPlaintext+1 {
		return 0, nil, recordOverflow
	}
	if typ, data, ok = strip(inner); !ok {
		return 0, nil, unexpectedMessage
	}
	return typ, data, 0
}

// ignore needs rd.
func (c *secureConn) ignore(tooMany error) {
	if c.session.useless++; c.session.useless > maxUseless {
		c.refuse(unexpectedMessage)
		c.readErr = tooMany
	}
}

// useAlert needs rd. In TLS 1.3 every alert is the end, but for one that some clients send before close_notify.
func (c *secureConn) useAlert(data []byte) {
	if len(data) != alertLen {
		c.refuse(unexpectedMessage)
		return
	}
	switch a := tls.AlertError(data[1]); a {
	case closeNotify:
		c.readErr = io.EOF
	case userCanceled:
		c.ignore(errTooMany)
	default:
		c.readErr = final(remoteError(a))
	}
}

// useMessage needs rd. A server that did not ask for certificates after the handshake, which crypto/tls never does, may get
// nothing but a KeyUpdate: RFC 8446, 4.6.
func (c *secureConn) useMessage(data []byte) {
	if len(data) == 0 {
		c.refuse(unexpectedMessage)
		return
	}
	m := &c.session.message
	n := copy(m.p[m.n:], data)
	m.n += uint8(n)
	switch p := m.p[:m.n]; {
	case p[0] != keyUpdate:
		c.refuse(unexpectedMessage)
	case !couldBeUpdate(p):
		c.refuse(decodeError)
	case len(p) < len(m.p):
	case p[4] > updateAsked:
		c.refuse(illegalParameter)
	case n < len(data): // nothing of the old key may follow
		c.refuse(unexpectedMessage)
	default:
		asked := p[4] == updateAsked
		m.n = 0
		if c.ignore(errNoAdvance); c.readErr == nil {
			c.session.in.update(c.session.suite)
			if asked {
				c.asked.Store(true)
			}
		}
	}
}

// couldBeUpdate reports whether p may be the beginning of a message of one byte.
func couldBeUpdate(p []byte) bool {
	length := []byte{0, 0, 1}
	p = p[1:min(len(p), 4)]
	return string(p) == string(length[:len(p)])
}
