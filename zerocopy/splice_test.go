package zerocopy_test

import (
	"io"
	"net"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

func TestCopyBetweenConns(t *testing.T) {
	want := noise(3_000_000)
	for _, from := range []string{"tcp", "unix"} {
		for _, to := range []string{"tcp", "unix"} {
			for _, limit := range []bool{false, true} {
				t.Run(from+" to "+to, func(t *testing.T) {
					in, inClient := pair(t, from)
					out, outClient := pair(t, to)
					go func() {
						inClient.Write(want)
						inClient.(interface{ CloseWrite() error }).CloseWrite()
					}()
					got := make(chan []byte, 1)
					go func() { p, _ := io.ReadAll(outClient); got <- p }()
					var src io.Reader = in
					lim := &io.LimitedReader{R: in, N: int64(len(want)) + 5}
					if limit {
						src = lim
					}
					n, err := zerocopy.Copy(out, src)
					if n != int64(len(want)) || err != nil || limit && lim.N != 5 {
						t.Errorf("copied %d, %v, limit left %d; want %d, nil, 5", n, err, lim.N, len(want))
					}
					out.Close()
					equal(t, "copied", <-got, want)
				})
			}
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
