package zerocopy_test

import (
	"io"
	"net"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// pairWith is pair with the Listener, whose counters tell how bytes went.
func pairWith(t *testing.T, network string) (server, client net.Conn, ln *zerocopy.Listener) {
	t.Helper()
	addr := "127.0.0.1:0"
	if network == "unix" {
		addr = t.TempDir() + "/s"
	}
	inner, err := net.Listen(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	ln = zerocopy.NewListener(inner)
	server, client = pairOn(t, ln)
	return server, client, ln
}

// Both sides are ours, or only the one, as in a proxy: it accepts one side and
// dials the other. Each way every byte goes by splice and is counted once.
func TestCopyBetweenConns(t *testing.T) {
	want := noise(700_000)
	for _, from := range []string{"tcp", "unix"} {
		for _, to := range []string{"tcp", "unix"} {
			for _, bare := range []string{"none", "source", "destination"} {
				for _, limit := range []bool{false, true} {
					t.Run(from+" to "+to+", bare "+bare, func(t *testing.T) {
						in, inClient, inLn := pairWith(t, from)
						out, outClient, outLn := pairWith(t, to)
						src, dst := io.Reader(in), io.Writer(out)
						switch bare {
						case "source":
							src = in.(interface{ NetConn() net.Conn }).NetConn()
						case "destination":
							dst = out.(interface{ NetConn() net.Conn }).NetConn()
						}
						go func() {
							inClient.Write(want)
							inClient.(interface{ CloseWrite() error }).CloseWrite()
						}()
						got := make(chan []byte, 1)
						go func() { p, _ := io.ReadAll(outClient); got <- p }()
						lim := &io.LimitedReader{R: src, N: int64(len(want)) + 5}
						if limit {
							src = lim
						}
						n, err := zerocopy.Copy(dst, src)
						if n != int64(len(want)) || err != nil || limit && lim.N != 5 {
							t.Errorf("copied %d, %v, limit left %d; want %d, nil, 5", n, err, lim.N, len(want))
						}
						out.Close()
						equal(t, "copied", <-got, want)
						by := inLn.Stats().SpliceBytes + outLn.Stats().SpliceBytes
						if hasSplice && by != uint64(len(want)) || !hasSplice && by != 0 {
							t.Errorf("%d bytes of %d went by splice", by, len(want))
						}
					})
				}
			}
		}
	}
}

// io.Copy finds the same way when the destination is ours.
func TestPlainCopyToAConn(t *testing.T) {
	in, inClient, _ := pairWith(t, "tcp")
	out, outClient, ln := pairWith(t, "tcp")
	go func() { inClient.Write(noise(100_000)); inClient.Close() }()
	go func() { io.Copy(io.Discard, outClient) }()
	n, err := io.Copy(out, struct{ io.Reader }{io.LimitReader(in, 1<<20)})
	if n != 100_000 || err != nil {
		t.Errorf("copied %d, %v", n, err)
	}
	if got := ln.Stats().SpliceBytes; got != 0 {
		t.Errorf("%d bytes spliced from a reader that hides its conn", got)
	}
}

// What is in the pipe when the receiver goes is lost, as in package net, and is
// never sent to somebody else.
func TestCopyToAConnThatResets(t *testing.T) {
	for range 20 {
		in, inClient, _ := pairWith(t, "tcp")
		out, outClient, _ := pairWith(t, "tcp")
		go func() {
			for p := make([]byte, 100_000); ; {
				if _, err := inClient.Write(p); err != nil {
					return
				}
			}
		}()
		go func() {
			io.CopyN(io.Discard, outClient, 300_000)
			outClient.(*net.TCPConn).SetLinger(0)
			outClient.Close()
		}()
		if _, err := zerocopy.Copy(out, in); err == nil {
			t.Error("no error")
		}
		in.Close()
		one, oneClient, _ := pairWith(t, "tcp")
		two, twoClient, _ := pairWith(t, "tcp")
		go func() { oneClient.Write([]byte("clean")); oneClient.Close() }()
		go func() { zerocopy.Copy(two, one); two.Close() }()
		if got, _ := io.ReadAll(twoClient); string(got) != "clean" {
			t.Fatalf("the next conn got %d bytes of another", len(got))
		}
	}
}

func TestCopyOfOtherThings(t *testing.T) {
	want := noise(100_000)
	out, client := pair(t, "tcp")
	go func() {
		zerocopy.Copy(out, zerocopy.NewBody(zerocopy.Bytes(want)).NewReader())
		zerocopy.Copy(out.(interface{ NetConn() net.Conn }).NetConn(), zerocopy.NewBody(zerocopy.Bytes(want)).NewReader())
		out.Close()
	}()
	got, err := io.ReadAll(client)
	if err != nil {
		t.Error(err)
	}
	equal(t, "copied", got, append(append([]byte(nil), want...), want...))
}
