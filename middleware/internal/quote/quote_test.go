package quote_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hotpath-go/hotpath/middleware/internal/quote"
)

// The oracle is encoding/json: what it decodes must be what it would have decoded from its own encoding.
func check(t *testing.T, s string) {
	t.Helper()
	own, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var got, want string
	if err := json.Unmarshal(own, &want); err != nil {
		t.Fatal(err)
	}
	line := quote.Append(nil, s, 0)
	for _, room := range []int{0, len(line), len(line) + 20} {
		before := append(make([]byte, 0, 3+room), "abc"...)
		if after := quote.Append(before, s, 30); string(after) != "abc"+string(line) || cap(after)-len(after) < 30 {
			t.Fatalf("Append(abc, %q) = %s with room for %d, want abc%s; %d bytes are spare", s, after, room, line, cap(after)-len(after))
		}
	}
	if err := json.Unmarshal(line, &got); err != nil || got != want {
		t.Fatalf("Append(%q) = %s, which decodes to %q (%v), want %q", s, line, got, err, want)
	}
	if !utf8.Valid(line) {
		t.Fatalf("Append(%q) = %q, which is not UTF-8", s, line)
	}
	for _, c := range line {
		if c < 0x20 {
			t.Fatalf("Append(%q) = %q: a control byte would break the line", s, line)
		}
	}
}

func TestEveryByteAtEveryOffset(t *testing.T) {
	for c := range 256 {
		for _, length := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 19, 24, 31, 33, 40} {
			for offset := range length {
				s := []byte(strings.Repeat("a", length))
				s[offset] = byte(c)
				check(t, string(s))
			}
		}
	}
}

func TestRunes(t *testing.T) {
	for _, s := range []string{"", "é", "日本語", "a\U0001f600b", "\ufffd", "\u2028", "\xe2\x80", "\xff\xfe", "<&>", "\"\\\"", "é\"\n"} {
		check(t, s)
		check(t, s+s+s)
	}
}

func FuzzAppend(f *testing.F) {
	f.Add("/a\x00b\"\\\x80é")
	f.Fuzz(check)
}
