package router

import (
	"math/rand/v2"
	"testing"
)

// Every byte at every place, with random bytes around it.
func TestOddsSeesEveryByte(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for c := range 256 {
		for at := range 8 {
			for range 20 {
				b := []byte("abcdefgh")
				for i := range b {
					b[i] = "azAZ09+,-.:;"[rnd.IntN(12)]
					if i > at {
						b[i] = byte(rnd.IntN(256))
					}
				}
				b[at] = byte(c)
				got := odds(word(string(b), 0))
				sure := class[c] == plain && c != '_' && c != '~' && c != '=' && c != '@' && c != '$' && c != '&'
				if !sure && got != at || sure && got <= at {
					t.Fatalf("odds(%q) = %d, byte %#x is at %d", b, got, c, at)
				}
			}
		}
	}
}
