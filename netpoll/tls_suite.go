package netpoll

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/binary"
	"hash"
)

// suite is what the record layer needs of a TLS 1.3 cipher suite. It is never written to.
type suite struct {
	hash   func() hash.Hash
	secret int // bytes of a traffic secret, which is the hash's size
	key    int // bytes of an AES key
}

var (
	aes128 = &suite{sha256.New, sha256.Size, 16}
	aes256 = &suite{sha512.New384, sha512.Size384, 32}
)

// suiteOf is nil for the suites that stay with crypto/tls: the standard library has no ChaCha20-Poly1305 for others.
func suiteOf(id uint16) *suite {
	switch id {
	case tls.TLS_AES_128_GCM_SHA256:
		return aes128
	case tls.TLS_AES_256_GCM_SHA384:
		return aes256
	}
	return nil
}

// expand is HKDF-Expand-Label with an empty context: RFC 8446, 7.1.
func (s *suite) expand(secret []byte, label string, n int) []byte {
	const prefix = "tls13 "
	info := make([]byte, 0, 2+1+len(prefix)+16+1)
	info = binary.BigEndian.AppendUint16(info, uint16(n))
	info = append(info, byte(len(prefix)+len(label)))
	info = append(append(info, prefix...), label...)
	info = append(info, 0)
	out, err := hkdf.Expand(s.hash, secret, string(info), n)
	if err != nil { // of lengths only, which are constants
		panic("netpoll: " + err.Error())
	}
	return out
}

// aead makes the cipher of a key. In a program whose tag is not portable it takes AES instructions where the CPU has them,
// and crypto/tls prefers ChaCha20-Poly1305 where it has not.
func (s *suite) aead(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:s.key])
	if err != nil { // of lengths only
		panic("netpoll: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil { // in FIPS 140-only mode, in which no session is taken over
		panic("netpoll: " + err.Error())
	}
	return aead
}
