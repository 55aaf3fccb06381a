package codec_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
)

func checkValid(t *testing.T, data []byte) {
	t.Helper()
	if got, want := codec.Valid(data), json.Valid(data); got != want {
		t.Errorf("Valid(%q) = %v, want %v", data, got, want)
	}
	var want bytes.Buffer
	wantErr := json.Compact(&want, data)
	got, err := codec.Compact([]byte("x"), data)
	if (err != nil) != (wantErr != nil) || string(got) != "x"+want.String() {
		t.Errorf("Compact(%q) = %s, %v, want %s, %v", data, got, err, want.String(), wantErr)
	}
}

func TestValidAndCompact(t *testing.T) {
	for _, doc := range tricky {
		if len(doc) > 100 {
			checkValid(t, []byte(doc))
			continue // its prefixes are too many
		}
		for _, text := range []string{doc, " [ " + doc + " , {\"<\" : " + doc + " } ] ", doc + doc, "[" + doc} {
			for i := range len(text) + 1 {
				checkValid(t, []byte(text[:i]))
			}
		}
	}
}

func FuzzValid(f *testing.F) {
	f.Add([]byte(` { "a" : [ 1 , "\u2028" ] } `))
	f.Fuzz(checkValid)
}
