//go:build !linux || portable

package zerocopy

import (
	"bytes"
	"fmt"
	"io"
)

// mapMin: there is no memfd to send from.
const mapMin = 0

func newMapping(src io.Reader, size int64) (*Mapping, int64, error) {
	var buf bytes.Buffer
	buf.Grow(int(size) + bytes.MinRead)
	n, err := buf.ReadFrom(src)
	if err != nil {
		return nil, n, fmt.Errorf("zerocopy: map: %w", err)
	}
	return &Mapping{mem: buf.Bytes()}, n, nil
}

func (m *Mapping) free() error {
	m.mem = nil
	return nil
}
