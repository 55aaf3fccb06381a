package wire_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec/wire"
)

// pieces are runes of each length and the edges of what is one.
var pieces = []string{
	"a", "b", " ", "abcdefgh", "0123456789abcdef0123456789abcdef", "é", "ü", "\u0080", "\u07ff", "\u0800", "世界", "\ud7ff", "\ue000", "\uffff", "\u2027", "\u202a", "🙂", "\U00010000", "\U0010ffff",
	"\u2028", "\u2029", "\"", "\\", "\n", "\x00", "\x1f", "\x7f", "<", ">", "&", "$", "%", "'", "=", "?",
}

// broken are what looks like runes.
var broken = []string{
	"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xe1\x80", "\xe4\xb8", "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x80", "\xe2",
	"\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xfe", "\xf0\x9f\x98\x80\x80",
}

// Text that is long enough for vectors, with one thing in it at each place of
// two blocks, in ASCII and among runes, and cut off at each length.
func TestAppendLongStringEverywhere(t *testing.T) {
	around := []string{strings.Repeat("x", 120), strings.Repeat("世", 40), strings.Repeat("é", 60), strings.Repeat("🙂", 30), strings.Repeat("aé世🙂", 12)}
	for _, text := range around {
		for _, p := range append(append([]string{}, pieces...), broken...) {
			for at := range 70 {
				checkAgainstStandard(t, text[:at]+p+text[at:])
				checkAgainstStandard(t, text[:at]+p)
			}
		}
	}
	for _, text := range around {
		for n := range len(text) {
			checkAgainstStandard(t, text[:n])
		}
	}
}

// The same for what fills less than two vectors.
func TestAppendShortStringEverywhere(t *testing.T) {
	const text = "0123456789abcdefghijklmnopqrstuvwxyzABCD"
	for n := range len(text) {
		for _, p := range append(append([]string{}, pieces...), broken...) {
			for at := range n {
				checkAgainstStandard(t, text[:at]+p+text[at:n])
			}
		}
	}
}

func TestAppendLongStringRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	n := 40_000
	if testing.Short() {
		n = 4000
	}
	for range n {
		var b strings.Builder
		for size := 30 + r.IntN(150); b.Len() < size; {
			if r.IntN(20) == 0 {
				b.WriteString(broken[r.IntN(len(broken))])
			} else {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
		}
		checkAgainstStandard(t, b.String())
	}
}

func checkAgainstStandard(t *testing.T, s string) {
	t.Helper()
	want, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	// Short strings go another way where there is room.
	for _, dst := range [][]byte{nil, make([]byte, 0, len(want)), make([]byte, 3, len(want)+20)} {
		if got := wire.AppendString(dst, s)[len(dst):]; string(got) != string(want) {
			t.Fatalf("AppendString(%q) with room for %d = %s, want %s", s, cap(dst), got, want)
		}
	}
}

// The order of maps, and those whose keys do not fit the stack.
func TestAppendStringMap(t *testing.T) {
	m := map[string]string{}
	for i := range 40 {
		want, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := wire.AppendStringMap(nil, m); string(got) != string(want) {
			t.Errorf("%d members: %s, want %s", i, got, want)
		}
		m[strings.Repeat("k", i%3)+string(rune('z'-i))] = "<" + pieces[i%len(pieces)]
	}
}
