package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// What makes an answer wrong. The load client counts them all as failures.
var (
	errNotHTTP  = errors.New("compare: not an HTTP/1.1 answer")
	errNoLength = errors.New("compare: an answer without a length")
	errBody     = errors.New("compare: not the body expected")
	errOverload = errors.New("compare: the fixed rate is more than the server serves")
)

// head is what matters of an answer's head.
type head struct {
	status  int
	length  int // -1: not given
	chunked bool
	last    bool // the server will close
}

// readAnswer reads one answer to its last byte and compares the body with want as
// it comes, so that a body of any size and framing costs no copy.
func readAnswer(br *bufio.Reader, want []byte) (last bool, err error) {
	h, err := readHead(br)
	if err != nil {
		return true, err
	}
	if h.status != 200 {
		return true, fmt.Errorf("compare: status %d", h.status)
	}
	m := matcher{want: want}
	switch {
	case h.chunked:
		err = readChunks(br, &m)
	case h.length < 0:
		err = errNoLength
	default:
		err = m.take(br, h.length)
	}
	if err == nil && len(m.want) > 0 {
		err = errBody
	}
	return h.last, err
}

func readHead(br *bufio.Reader) (h head, err error) {
	h.length = -1
	line, err := br.ReadSlice('\n')
	if err != nil {
		return h, err
	}
	// "HTTP/1.1 200 OK": the status is bytes 9 to 11.
	if len(line) < 13 || string(line[:9]) != "HTTP/1.1 " {
		return h, errNotHTTP
	}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, errNotHTTP
	}
	for {
		if line, err = br.ReadSlice('\n'); err != nil {
			return h, err
		}
		if len(line) <= 2 {
			return h, nil
		}
		if err = h.field(line); err != nil {
			return h, err
		}
	}
}

// field looks at lengths first: most fields are of no interest here.
func (h *head) field(line []byte) (err error) {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return errNotHTTP
	}
	name, value := line[:colon], bytes.TrimSpace(line[colon+1:])
	switch {
	case colon == 14 && bytes.EqualFold(name, []byte("content-length")):
		if h.length, err = strconv.Atoi(string(value)); err != nil || h.length < 0 {
			return errNoLength
		}
	case colon == 17 && bytes.EqualFold(name, []byte("transfer-encoding")):
		h.chunked = bytes.EqualFold(value, []byte("chunked"))
	case colon == 10 && bytes.EqualFold(name, []byte("connection")):
		h.last = bytes.EqualFold(value, []byte("close"))
	}
	return nil
}

// readChunks reads a chunked body (RFC 9112, section 7.1) and its trailer.
func readChunks(br *bufio.Reader, m *matcher) error {
	for {
		line, err := br.ReadSlice('\n')
		if err != nil {
			return err
		}
		digits, _, _ := bytes.Cut(bytes.TrimSpace(line), []byte(";"))
		n, err := strconv.ParseUint(string(digits), 16, 31)
		if err != nil {
			return errNoLength
		}
		if n > 0 {
			err = m.take(br, int(n))
		}
		if err != nil {
			return err
		}
		// The line end after the data; after the last chunk, the trailer's lines.
		for end := false; !end; {
			if line, err = br.ReadSlice('\n'); err != nil {
				return err
			}
			if end = len(line) <= 2; !end && n > 0 {
				return errNoLength
			}
		}
		if n == 0 {
			return nil
		}
	}
}

// matcher holds what is still expected.
type matcher struct{ want []byte }

// take compares the next n bytes where they lie in the buffer.
func (m *matcher) take(br *bufio.Reader, n int) error {
	if n > len(m.want) {
		return errBody
	}
	for n > 0 {
		if _, err := br.Peek(1); err != nil {
			return err
		}
		got, _ := br.Peek(min(n, br.Buffered()))
		if !bytes.Equal(got, m.want[:len(got)]) {
			return errBody
		}
		m.want = m.want[len(got):]
		n -= len(got)
		br.Discard(len(got))
	}
	return nil
}
