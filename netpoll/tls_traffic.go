package netpoll

import (
	"crypto/cipher"
	"encoding/binary"
	"slices"
)

// Sizes of RFC 8446, 5.1 and 5.2.
const (
	headerLen     = 5
	tagLen        = 16
	overhead      = headerLen + 1 + tagLen // of a record without padding
	maxPlaintext  = 1 << 14
	maxCiphertext = maxPlaintext + 256
	maxRecord     = headerLen + maxCiphertext
)

// Content types.
const (
	typeCCS       = 20
	typeAlert     = 21
	typeHandshake = 22
	typeData      = 23
)

// updateAfter is how many records are sealed with one key. AES-GCM is good for 2^24.5 of full size (RFC 8446, 5.5).
const updateAfter = 1 << 24

// traffic is one direction of a session: the secret of RFC 8446, 7.2 and what comes of it. Not safe for concurrent use.
//
// A nonce is the IV and the number of the record, so seq must never stand still or go back under one key. It lives here,
// beside the key, and there is one traffic for each key: what is parked and woken is this very value.
type traffic struct {
	aead   cipher.AEAD // made when it is needed; nil while parked
	seq    uint64
	secret [48]byte
	key    [32]byte
	iv     [12]byte
}

func (t *traffic) begin(s *suite, secret []byte) {
	t.aead, t.seq = nil, 0
	copy(t.secret[:], secret)
	copy(t.key[:], s.expand(secret, "key", s.key))
	copy(t.iv[:], s.expand(secret, "iv", len(t.iv)))
}

// update goes on to the next secret after a KeyUpdate.
func (t *traffic) update(s *suite) {
	t.begin(s, s.expand(t.secret[:s.secret], "traffic upd", s.secret))
}

func (t *traffic) wipe() { *t = traffic{} }

// ready makes the cipher, and puts the number of the next record into iv: doing it twice takes it out again.
func (t *traffic) ready(s *suite) {
	if t.aead == nil {
		t.aead = s.aead(t.key[:])
	}
	t.number()
}

func (t *traffic) number() {
	low := t.iv[4:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^t.seq)
}

// seal appends one record to dst. At most maxPlaintext bytes of data.
func (t *traffic) seal(s *suite, dst []byte, typ byte, data []byte) []byte {
	dst = slices.Grow(dst, len(data)+overhead)
	start, n := len(dst), len(data)+1+tagLen
	dst = append(dst, typeData, 3, 3, byte(n>>8), byte(n))
	dst = append(append(dst, data...), typ)
	head, inner := dst[start:start+headerLen], dst[start+headerLen:]
	t.ready(s)
	t.aead.Seal(inner[:0], t.iv[:], inner, head)
	t.number()
	t.seq++
	return dst[:start+headerLen+n]
}

// open decrypts a whole record where it stands and returns its inner content with the padding still on it.
func (t *traffic) open(s *suite, record []byte) (inner []byte, ok bool) {
	body := record[headerLen:]
	t.ready(s)
	inner, err := t.aead.Open(body[:0], t.iv[:], body, record[:headerLen])
	t.number()
	if err != nil {
		return nil, false
	}
	t.seq++
	return inner, true
}

// strip takes padding and content type off what open returned. There is none in nothing but zeros.
func strip(inner []byte) (typ byte, data []byte, ok bool) {
	for i := len(inner) - 1; i >= 0; i-- {
		if inner[i] != 0 {
			return inner[i], inner[:i], true
		}
	}
	return 0, nil, false
}

func recordLen(head []byte) int { return int(head[3])<<8 | int(head[4]) }
