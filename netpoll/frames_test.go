package netpoll_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/hotpath-go/hotpath/netpoll"
)

// split cuts p as Frames would, the pieces arriving as cuts say.
func splitAll(split bufio.SplitFunc, p []byte) (frames [][]byte, rest []byte, err error) {
	for len(p) > 0 {
		n, frame, err := split(p, false)
		if err != nil || n == 0 {
			return frames, p, err
		}
		if frame != nil {
			frames = append(frames, frame)
		}
		p = p[n:]
	}
	return frames, nil, nil
}

func FuzzLengthPrefix(f *testing.F) {
	f.Add([]byte("hello"), []byte{}, 4, false)
	f.Add([]byte{}, make([]byte, 300), 1, true)
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff"), []byte("x"), 8, false)
	f.Fuzz(func(t *testing.T, a, b []byte, size int, little bool) {
		l := netpoll.LengthPrefix{Size: []int{0, 1, 2, 4, 8}[uint(size)%5], LittleEndian: little, Max: 1000}
		splitAll(l.Split, a) // anything: must return
		var all []byte
		var want [][]byte
		for _, frame := range [][]byte{a, b, a} {
			longer, err := l.Append(all, frame)
			tooLong := len(frame) > 1000 || l.Size == 1 && len(frame) > 255
			if errors.Is(err, netpoll.ErrFrameTooLong) != tooLong {
				t.Fatalf("%d bytes: %v", len(frame), err)
			}
			if err == nil {
				all, want = longer, append(want, frame)
			}
		}
		got, rest, err := splitAll(l.Split, all)
		if err != nil || len(rest) > 0 || !equalFrames(got, want) {
			t.Fatalf("got %q, rest %q, %v; want %q", got, rest, err, want)
		}
		for cut := range all { // a part gives a part of the frames, and never an error
			some, _, err := splitAll(l.Split, all[:cut])
			if err != nil || len(some) > len(want) || !equalFrames(some, want[:len(some)]) {
				t.Fatalf("cut at %d: %q, %v", cut, some, err)
			}
		}
	})
}

// The largest Max is no bound, and no frame however long overflows with it.
func TestLargestMax(t *testing.T) {
	for size, head := range map[int]string{1: "\xff", 2: "\xff\xff", 4: "\xff\xff\xff\xff", 8: "\x7f\xff\xff\xff\xff\xff\xff\xff"} {
		l := netpoll.LengthPrefix{Size: size, Max: math.MaxInt}
		if n, frame, err := l.Split([]byte(head+"x"), false); n != 0 || frame != nil || err != nil && !errors.Is(err, netpoll.ErrFrameTooLong) {
			t.Errorf("%d bytes of length: %d %q %v", size, n, frame, err)
		}
	}
	for _, by := range []string{"", "\r\n"} {
		d := netpoll.Delimiter{By: by, Max: math.MaxInt}
		if n, frame, err := d.Split([]byte("ab\r\n"), false); n != 4 || string(frame[:2]) != "ab" || err != nil {
			t.Errorf("%q: %d %q %v", by, n, frame, err)
		}
	}
}

func FuzzDelimiter(f *testing.F) {
	f.Add([]byte("a\nb\n\nc"), "\n")
	f.Add([]byte("a\r\r\nb\r\n"), "\r\n")
	f.Fuzz(func(t *testing.T, p []byte, by string) {
		if by == "" {
			by = "\n"
		}
		d := netpoll.Delimiter{By: by, Max: 20}
		got, rest, err := splitAll(d.Split, p)
		want := bytes.Split(p, []byte(by))
		for i, frame := range want[:len(want)-1] {
			if len(frame) > 20 {
				if !errors.Is(err, netpoll.ErrFrameTooLong) || len(got) != i {
					t.Fatalf("frame %d of %d bytes: %q, %v", i, len(frame), got, err)
				}
				return
			}
		}
		last := want[len(want)-1]
		if !equalFrames(got, want[:len(want)-1]) || !bytes.Equal(rest, last) || errors.Is(err, netpoll.ErrFrameTooLong) != (len(last) >= 20+len(by)) {
			t.Fatalf("got %q, rest %q, %v; want %q", got, rest, err, want)
		}
	})
}

func equalFrames(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// The framings are those of bufio.Scanner.
func TestFramesWithScanner(t *testing.T) {
	sc := bufio.NewScanner(iotest.OneByteReader(bytes.NewReader([]byte("\x00\x02hi\x00\x00\x00\x01!"))))
	sc.Split(netpoll.LengthPrefix{Size: 2}.Split)
	var got []string
	for sc.Scan() {
		got = append(got, sc.Text())
	}
	if len(got) != 3 || got[0] != "hi" || got[1] != "" || got[2] != "!" || sc.Err() != nil {
		t.Errorf("%q, %v", got, sc.Err())
	}
}

func TestLengthPrefixSize(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("3 is no size")
		}
	}()
	netpoll.LengthPrefix{Size: 3}.Split([]byte("abcd"), false)
}

// What follows the frame on which a Stream is closed is nobody's any more; a split function too may say which is the last.
func TestFramesEndWithClose(t *testing.T) {
	for name, edit := range map[string]struct {
		split bufio.SplitFunc
		f     func(*netpoll.Stream, []byte)
		want  error
	}{
		"Close": {bufio.ScanLines, func(s *netpoll.Stream, line []byte) {
			if string(line) == "quit" {
				s.Close()
			}
		}, nil},
		"Abort": {bufio.ScanLines, func(s *netpoll.Stream, line []byte) {
			if string(line) == "quit" {
				s.Abort(io.ErrNoProgress)
			}
		}, io.ErrNoProgress},
		"ErrFinalToken": {func(p []byte, atEOF bool) (int, []byte, error) {
			n, line, err := bufio.ScanLines(p, atEOF)
			if string(line) == "quit" {
				return 0, line, bufio.ErrFinalToken
			}
			return n, line, err
		}, func(*netpoll.Stream, []byte) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var lines []string
			s := serveStreams(t, listenOn(t, "tcp"), &netpoll.Server{
				OnData: netpoll.Frames(edit.split, func(s *netpoll.Stream, line []byte) error {
					lines = append(lines, string(line))
					edit.f(s, line)
					return nil
				}),
			})
			c := dial(t, s.ln)
			io.WriteString(c, "one\nquit\ntwo\n")
			io.ReadAll(c) // on Abort, which leaves nothing unread, an end too
			c.Close()
			s.expectEnd(t, edit.want)
			if strings.Join(lines, ",") != "one,quit" {
				t.Errorf("got %q", lines)
			}
		})
	}
}
