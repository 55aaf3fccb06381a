package router

import (
	"math/rand/v2"
	"net/http/httptest"
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

// Paths whose first odd byte or slash is at every place, of every length: segmentEnd says what a loop over bytes says.
func TestSegmentEnd(t *testing.T) {
	for _, c := range "/%._~a\x00\x80" {
		for size := 1; size < 40; size++ {
			for at := range size {
				for start := range 10 {
					b := make([]byte, start+size)
					for i := range b {
						b[i] = 'x'
					}
					b[start+at] = byte(c)
					path := string(b)
					want := slowEnd(path, start)
					if path[start] == '.' {
						want = -1
					}
					if got := segmentEnd(path, start, lastWord(path)); got != want {
						t.Fatalf("segmentEnd(%q, %d) = %d, want %d", path, start, got, want)
					}
				}
			}
		}
	}
}

// Methods of one length and of up to eight bytes have one key only if they are the same; longer ones are compared.
func TestKey(t *testing.T) {
	for n := 1; n <= 12; n++ {
		for at := range n {
			a := []byte("ABCDEFGHIJKL")[:n]
			b := append([]byte(nil), a...)
			b[at] = 'x'
			if n <= 8 && key(string(a)) == key(string(b)) {
				t.Errorf("%s and %s have one key", a, b)
			}
			var table Table
			table.HandleFunc(string(a)+" /", nothing)
			table.HandleFunc(string(b)+" /", nothing)
			for _, method := range []string{string(a), string(b)} {
				r := httptest.NewRequest(method, "/", nil)
				New(&table, nil).ServeHTTP(httptest.NewRecorder(), r)
				if r.Pattern != method+" /" {
					t.Errorf("%s / was served as %q", method, r.Pattern)
				}
			}
		}
	}
}
