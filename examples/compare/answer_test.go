package main

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

const ok200 = "HTTP/1.1 200 OK\r\n"

func TestReadAnswer(t *testing.T) {
	long := strings.Repeat("0123456789", 2000) // more than the buffer
	for _, tt := range []struct {
		name, in, want string
		last           bool
		err            error // nil and fails: any error
		fails          bool
	}{
		{name: "length", in: ok200 + "Content-Length: 3\r\n\r\nabc", want: "abc"},
		{name: "any case", in: ok200 + "content-LENGTH:3 \r\n\r\nabc", want: "abc"},
		{name: "long", in: ok200 + "Content-Length: 20000\r\n\r\n" + long, want: long},
		{name: "empty", in: ok200 + "Content-Length: 0\r\n\r\n"},
		{name: "chunked", in: ok200 + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n", want: "abc"},
		{name: "trailer", in: ok200 + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n", want: "abc"},
		{name: "close", in: ok200 + "Connection: close\r\nContent-Length: 3\r\n\r\nabc", want: "abc", last: true},
		{name: "other body", in: ok200 + "Content-Length: 3\r\n\r\nabd", want: "abc", err: errBody, fails: true},
		{name: "longer body", in: ok200 + "Content-Length: 4\r\n\r\nabcd", want: "abc", err: errBody, fails: true},
		{name: "shorter body", in: ok200 + "Content-Length: 2\r\n\r\nab", want: "abc", err: errBody, fails: true},
		{name: "shorter chunks", in: ok200 + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", want: "abc", err: errBody, fails: true},
		{name: "cut off", in: ok200 + "Content-Length: 3\r\n\r\nab", want: "abc", err: io.EOF, fails: true},
		{name: "cut off head", in: ok200 + "Content-Length: 3\r\n", want: "abc", err: io.EOF, fails: true},
		{name: "status", in: "HTTP/1.1 503 Busy\r\nContent-Length: 3\r\n\r\nabc", want: "abc", fails: true},
		{name: "no length", in: ok200 + "\r\nabc", want: "abc", err: errNoLength, fails: true},
		{name: "bad length", in: ok200 + "Content-Length: -3\r\n\r\nabc", want: "abc", err: errNoLength, fails: true},
		{name: "bad chunk", in: ok200 + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", want: "abc", err: errNoLength, fails: true},
		{name: "chunk too long", in: ok200 + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", want: "abc", err: errNoLength, fails: true},
		{name: "not HTTP", in: "SSH-2.0-OpenSSH_9.6\r\n", want: "abc", err: errNotHTTP, fails: true},
		{name: "old HTTP", in: "HTTP/1.0 200 OK\r\n\r\nabc", want: "abc", err: errNotHTTP, fails: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			br := bufio.NewReaderSize(strings.NewReader(tt.in), 4096)
			last, err := readAnswer(br, []byte(tt.want))
			if (err != nil) != tt.fails || tt.err != nil && !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if err == nil && (last != tt.last || br.Buffered() != 0) {
				t.Errorf("last %v, want %v; %d bytes not read", last, tt.last, br.Buffered())
			}
		})
	}
}

// Whatever comes, an answer that is accepted holds the body that was wanted.
func FuzzReadAnswer(f *testing.F) {
	f.Add(ok200+"Content-Length: 3\r\n\r\nabc", "abc")
	f.Add(ok200+"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "abc")
	f.Fuzz(func(t *testing.T, in, want string) {
		_, err := readAnswer(bufio.NewReaderSize(strings.NewReader(in), 64), []byte(want))
		if err == nil && !strings.Contains(in, want) && !strings.Contains(strings.ToLower(in), "chunked") {
			t.Errorf("accepted %q for %q", in, want)
		}
	})
}

func TestReadAnswerAllocs(t *testing.T) {
	in := ok200 + "Date: Mon, 23 Nov 2026 06:23:50 GMT\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\nabc"
	want := []byte("abc")
	src := strings.NewReader(in)
	br := bufio.NewReaderSize(src, 4096)
	n := testing.AllocsPerRun(100, func() {
		src.Reset(in)
		br.Reset(src)
		if _, err := readAnswer(br, want); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations per answer", n)
	}
}
