package zerocopy_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// However parts are cut, nested and joined, the bytes and every section of them
// are the same.
func TestJoinedPartsKeepTheirBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f := tempFile(t, noise(5000))
	m := mapped(t, noise(5000))
	sizes := []int{0, 1, 10, 500, 2047, 2048, 2049, 5000}
	for range 300 {
		var parts []zerocopy.Part
		var want []byte
		for range r.IntN(150) {
			n := sizes[r.IntN(len(sizes))]
			p := noise(n)
			switch r.IntN(12) {
			case 0:
				parts = append(parts, zerocopy.File(f, 0, int64(n)))
				p = noise(5000)[:n]
			case 1:
				parts = append(parts, zerocopy.NewBody(m).Section(0, int64(n)))
				p = noise(5000)[:n]
			case 2:
				parts = append(parts, zerocopy.NewBody(zerocopy.Bytes(p[:n/2]), zerocopy.Bytes(p[n/2:])))
			default:
				parts = append(parts, zerocopy.Bytes(p))
			}
			want = append(want, p...)
		}
		b := zerocopy.NewBody(parts...)
		var got bytes.Buffer
		if _, err := b.WriteTo(&got); err != nil {
			t.Fatal(err)
		}
		equal(t, "all", got.Bytes(), want)
		if len(want) == 0 {
			continue
		}
		off := r.IntN(len(want))
		n := r.IntN(len(want) - off)
		got.Reset()
		b.Section(int64(off), int64(n)).WriteTo(&got)
		equal(t, "section", got.Bytes(), want[off:off+n])
		server, client := pair(t, "tcp")
		go func() { zerocopy.Send(server, b.Section(int64(off), int64(n))); server.Close() }()
		got.Reset()
		got.ReadFrom(client)
		equal(t, "sent", got.Bytes(), want[off:off+n])
		client.Close()
	}
}
