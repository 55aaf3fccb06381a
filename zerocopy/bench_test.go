package zerocopy_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// benchHTTP measures one keep-alive client and one server in this process, so
// the client's work is in every figure, and reports the write-side calls.
// Client and server share the processors: compare rows of one run only.
func benchHTTP(b *testing.B, size int64, h http.HandlerFunc) {
	s := serve(b, h)
	c := s.dial(b)
	c.SetDeadline(time.Time{})
	req := []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	buf := make([]byte, 256<<10)
	b.SetBytes(size)
	b.ReportAllocs()
	before := s.Stats()
	for b.Loop() {
		if _, err := c.Write(req); err != nil {
			b.Fatal(err)
		}
		// The header of every response here is shorter than 400 bytes and ends
		// the first read or lies in it whole.
		for got, first := int64(0), true; got < size; first = false {
			n, err := c.Read(buf)
			if err != nil {
				b.Fatal(err)
			}
			got += int64(n)
			if first {
				got -= headerLen(buf[:n])
			}
		}
	}
	d := s.Stats()
	calls := d.Writes + d.Gathers + d.Sendfiles - before.Writes - before.Gathers - before.Sendfiles
	// A source passed on is one call at least; package net does not say.
	calls += d.Passed - before.Passed
	b.ReportMetric(float64(calls)/float64(b.N), "writes/op")
}

func headerLen(p []byte) int64 {
	for i := 3; i < len(p); i++ {
		if p[i] == '\n' && p[i-2] == '\n' {
			return int64(i + 1)
		}
	}
	panic("header longer than the first read")
}

// BenchmarkPage answers a page of three parts.
func BenchmarkPage(b *testing.B) {
	for _, size := range []int{512, 4 << 10, 32 << 10, 256 << 10} {
		page := noise(size)
		cut := [][]byte{page[:size/3], page[size/3 : size/2], page[size/2:]}
		body := zerocopy.NewBody(zerocopy.Bytes(cut[0]), zerocopy.Bytes(cut[1]), zerocopy.Bytes(cut[2]))
		for _, way := range []struct {
			name string
			h    http.HandlerFunc
		}{
			{"net-http-3-writes", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(size))
				for _, p := range cut {
					w.Write(p)
				}
			}},
			{"net-http-1-write", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(size))
				w.Write(page)
			}},
			{"Send", func(w http.ResponseWriter, r *http.Request) { zerocopy.Send(w, body) }},
			{"Reply", func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, body) }},
		} {
			b.Run(fmt.Sprintf("size=%d/%s", size, way.name), func(b *testing.B) { benchHTTP(b, int64(size), way.h) })
		}
	}
}

// BenchmarkFile answers a file that is open already.
func BenchmarkFile(b *testing.B) {
	for _, size := range []int64{1 << 10, 16 << 10, 256 << 10, 4 << 20} {
		f := tempFile(b, make([]byte, size))
		body := zerocopy.NewBody(zerocopy.File(f, 0, size))
		for _, way := range []struct {
			name string
			h    http.HandlerFunc
		}{
			{"io.Copy", func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
				f.Seek(0, io.SeekStart)
				io.Copy(w, f)
			}},
			{"ServeFile", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, f.Name()) }},
			{"Send", func(w http.ResponseWriter, r *http.Request) { zerocopy.Send(w, body) }},
			{"Reply", func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, body) }},
		} {
			b.Run(fmt.Sprintf("size=%d/%s", size, way.name), func(b *testing.B) { benchHTTP(b, size, way.h) })
		}
	}
}
