package codec_test

import (
	"encoding/json"
	"testing"

	"github.com/hotpath-go/hotpath/codec/wire"
)

func checkRaw(t *testing.T, raw []byte) {
	t.Helper()
	want, wantErr := json.Marshal(json.RawMessage(raw))
	got, err := wire.AppendRaw(nil, raw)
	if (err != nil) != (wantErr != nil) || err == nil && string(got) != string(want) {
		t.Errorf("AppendRaw(%q) = %s, %v, want %s, %v", raw, got, err, want, wantErr)
	}
}

func TestAppendRaw(t *testing.T) {
	checkRaw(t, nil)
	checkRaw(t, []byte{})
	for _, doc := range tricky {
		checkRaw(t, []byte(doc))
		checkRaw(t, []byte(" [ "+doc+" , { \"<\\\\\" : "+doc+" } ] \n"))
	}
}

func FuzzAppendRaw(f *testing.F) {
	f.Add([]byte("{ \"a\\\"<\u2028\" : [ 1 , \"\xe2\x80\" ] }"))
	f.Fuzz(checkRaw)
}
