package netpoll

import (
	"bytes"
	"encoding/hex"
	"io"
)

// secrets is the tls.Config.KeyLogWriter of one handshake: the one way in which crypto/tls tells the secrets of a session.
// Not safe for concurrent use; crypto/tls holds a lock around each Write.
type secrets struct {
	next io.Writer // the program's own, which gets every line

	handshake []byte // server_handshake_traffic_secret
	client    []byte // client_application_traffic_secret_0
	server    []byte // server_application_traffic_secret_0
	odd       bool   // something was logged twice, or is no secret
}

func (k *secrets) Write(line []byte) (int, error) {
	k.note(line)
	if k.next != nil {
		return k.next.Write(line)
	}
	return len(line), nil
}

// note takes a line of the NSS key log format: label, client random, secret.
func (k *secrets) note(line []byte) {
	f := bytes.Fields(line)
	if len(f) != 3 {
		k.odd = true
		return
	}
	var to *[]byte
	switch string(f[0]) {
	case "SERVER_HANDSHAKE_TRAFFIC_SECRET":
		to = &k.handshake
	case "CLIENT_TRAFFIC_SECRET_0":
		to = &k.client
	case "SERVER_TRAFFIC_SECRET_0":
		to = &k.server
	default:
		return
	}
	secret := make([]byte, hex.DecodedLen(len(f[2])))
	if _, err := hex.Decode(secret, f[2]); err != nil || *to != nil {
		k.odd = true
	}
	*to = secret
}

// suite is nil if not all secrets are there. AES-128 and ChaCha20-Poly1305 look the same here.
func (k *secrets) suite() *suite {
	for _, s := range []*suite{aes128, aes256} {
		if n := s.secret; k != nil && !k.odd && len(k.handshake) == n && len(k.client) == n && len(k.server) == n {
			return s
		}
	}
	return nil
}

func (k *secrets) wipe() {
	if k == nil {
		return
	}
	clear(k.handshake)
	clear(k.client)
	clear(k.server)
	*k = secrets{next: k.next, odd: true}
}
