package codec_test

import "io"

// broken is a body whose sender left in the middle.
type broken struct{ sent bool }

func (b *broken) Read(p []byte) (int, error) {
	if b.sent {
		return 0, io.ErrUnexpectedEOF
	}
	b.sent = true
	return copy(p, `{"sku":`), nil
}
