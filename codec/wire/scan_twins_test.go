package wire

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The vectors and their twin keep one contract, whatever lies where.
func TestScanTextKeepsItsContract(t *testing.T) {
	const alphabet = "aZ ~\x7f\x80\xc3\xff"
	rnd := rand.New(rand.NewPCG(1, 2))
	for name, scan := range map[string]func(*byte, int) (int, int){"scanText": scanText, "SWAR": scanTextSWAR} {
		for range 50_000 {
			p := make([]byte, 1+rnd.IntN(80))
			for i := range p {
				p[i] = alphabet[rnd.IntN(1+rnd.IntN(len(alphabet)))]
			}
			end := len(p)
			if rnd.IntN(3) > 0 {
				end = rnd.IntN(len(p))
				p[end] = "\"\\\x00\x1f\n"[rnd.IntN(5)]
			}
			i, high := scan(&p[0], len(p))
			if i > end || i < end && len(p)-i >= 16 {
				t.Fatalf("%s(%q) stops at %d, and the text ends at %d", name, p, i, end)
			}
			if want := bytes.ContainsFunc(p[:i], func(r rune) bool { return r > 0x7f }); (high != 0) != want {
				t.Fatalf("%s(%q): high %d before %d", name, p, high, i)
			}
		}
	}
}

// The vectors and the words find the same end of ASCII, and what they write is what they read.
func TestCopiersAgree(t *testing.T) {
	const special = "\"\\<>&\x00\x1f\x7f ='$~\x80\xff"
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 50_000 {
		p := make([]byte, blockMin+rnd.IntN(80))
		for i := range p {
			p[i] = byte(0x40 + rnd.IntN(0x1C))
		}
		for range rnd.IntN(3) {
			p[rnd.IntN(len(p))] = special[rnd.IntN(len(special))]
		}
		for _, set := range []*escapeSet{&escapeHTML, &escapeJSON} {
			want := bytes.IndexFunc(p, func(r rune) bool { return r > 0x7f || !set.plain[r] })
			if want < 0 {
				want = len(p)
			}
			out := make([]byte, len(p))
			if i := copyPlain(out, string(p), set); i != want || !bytes.Equal(out[:i], p[:i]) {
				t.Fatalf("copyPlain(%q) = %d with %q, want %d", p, i, out[:i], want)
			}
			clear(out)
			if i := copyWords(&out[0], &p[0], len(p), set); i != want || !bytes.Equal(out[:i], p[:i]) {
				t.Fatalf("copyWords(%q) = %d with %q, want %d", p, i, out[:i], want)
			}
		}
	}
}
