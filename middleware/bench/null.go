package bench

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"time"
)

// Null is a writer with the optional interfaces of net/http's HTTP/1.1 writer that does nothing.
type Null struct {
	header http.Header
	Status int
}

// NewNull returns a writer for many responses.
func NewNull() *Null { return &Null{header: http.Header{}} }

func (n *Null) Header() http.Header                          { return n.header }
func (n *Null) Write(p []byte) (int, error)                  { return len(p), nil }
func (n *Null) WriteHeader(code int)                         { n.Status = code }
func (n *Null) WriteString(s string) (int, error)            { return len(s), nil }
func (n *Null) ReadFrom(r io.Reader) (int64, error)          { return io.Copy(io.Discard, r) }
func (n *Null) Flush()                                       {}
func (n *Null) FlushError() error                            { return nil }
func (n *Null) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, http.ErrNotSupported }
func (n *Null) CloseNotify() <-chan bool                     { return nil }
func (n *Null) SetReadDeadline(time.Time) error              { return nil }
func (n *Null) SetWriteDeadline(time.Time) error             { return nil }
func (n *Null) EnableFullDuplex() error                      { return nil }
