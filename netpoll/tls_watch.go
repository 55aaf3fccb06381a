package netpoll

import (
	"crypto/fips140"
	"crypto/tls"
	"net"
	"slices"
)

// takesOver reports whether the session of nc may go on without crypto/tls: where it can be parked, and nobody insists on
// crypto/tls or on its certified use of AES-GCM.
func (l *Listener) takesOver(nc net.Conn) bool {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
		return l.lot.willing() && l.opt.ParkAfter > 0 && !l.opt.OnlyCryptoTLS && !fips140.Enabled()
	}
	return false
}

// watch is GetConfigForClient of the configuration that handshakes are given whose session may be taken over. It asks the
// program's own first, and returns that configuration with a KeyLogWriter for this one connection; or without, where the
// client cannot or the server will not have TLS 1.3, or where HTTP/2 will be spoken.
//
// It clones at each handshake, and returns something always, because crypto/tls takes session ticket keys from what
// it returns if they were set there: so Config.SetSessionTicketKeys on the program's configuration keeps working. Keys that
// nobody has set are those of l.watched, which crypto/tls makes and rotates.
func (l *Listener) watch(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	config := l.tls
	if config.GetConfigForClient != nil {
		c, err := config.GetConfigForClient(hello)
		if err != nil {
			return nil, err
		}
		if c != nil {
			config = c
		}
	}
	t := hello.Conn.(*tallied)
	if !offers13(config, hello) || !speaksHTTP1(protocolOf(config, hello)) {
		t.giveUp()
		return config, nil
	}
	own := config.Clone()
	t.reading.whole = config.DynamicRecordSizingDisabled
	t.reading.secrets = &secrets{next: config.KeyLogWriter}
	own.KeyLogWriter = t.reading.secrets
	return own, nil
}

func offers13(config *tls.Config, hello *tls.ClientHelloInfo) bool {
	return (config.MaxVersion == 0 || config.MaxVersion >= tls.VersionTLS13) && slices.Contains(hello.SupportedVersions, tls.VersionTLS13)
}

// protocolOf is what ALPN will choose: the first of the server's that the client knows. Were it another, end would find out.
func protocolOf(config *tls.Config, hello *tls.ClientHelloInfo) string {
	for _, p := range config.NextProtos {
		if slices.Contains(hello.SupportedProtos, p) {
			return p
		}
	}
	return ""
}

// giveUp leaves the session with crypto/tls. It is called before anybody but the handshake uses t.
func (t *tallied) giveUp() {
	t.writing = nil
	if t.reading == nil {
		return
	}
	t.reading.off = true
	t.reading.wipe()
	if t.reading.spent() {
		t.reading = nil
	}
}

// end returns the session, if it goes on without crypto/tls, after the handshake.
func (t *tallied) end(state tls.ConnectionState) (s *session) {
	if t.writing != nil && speaksHTTP1(state.NegotiatedProtocol) {
		s = t.writing.end(state)
	}
	if s == nil {
		t.giveUp()
	}
	return s
}
