//go:build !race

package netpoll

import "testing"

// A record read and a record written allocate nothing.
func TestSecureAllocs(t *testing.T) {
	c, p := securePair(t)
	in, out := make([]byte, 100), make([]byte, 5000)
	small := out[:100]
	sealed := make([][]byte, 0, 300)
	for range cap(sealed) {
		sealed = append(sealed, p.data("hello"))
	}
	sink := make([]byte, 64<<10)
	i := 0
	n := testing.AllocsPerRun(100, func() {
		p.Conn.Write(sealed[i])
		i++
		c.Read(in)
		c.Write(small)
		c.Write(out)
		p.Conn.Read(sink)
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}
