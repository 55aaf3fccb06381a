package codec_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

// Each field: what it must not be, and what the error has to say.
var outOfRange = []struct {
	field string
	opts  codec.Options
	want  string
}{
	{"DuplicateKeys", codec.Options{DuplicateKeys: 2}, "codec: Options.DuplicateKeys is 2: use AllowDuplicates or RejectDuplicates"},
	{"UnknownFields", codec.Options{UnknownFields: 2}, "codec: Options.UnknownFields is 2: use AllowUnknownFields or RejectUnknownFields"},
	{"InvalidUTF8", codec.Options{InvalidUTF8: 255}, "codec: Options.InvalidUTF8 is 255: use ReplaceInvalidUTF8 or RejectInvalidUTF8"},
	{"CaseSensitive", codec.Options{}, ""},
	{"NoCopy", codec.Options{}, ""},
	{"MaxDepth", codec.Options{MaxDepth: -1}, "codec: Options.MaxDepth is -1: use 0 for 10000 levels, or a positive number up to 100000"},
}

// A value that means nothing is refused wherever Options go, before anything is read.
func TestOptionsOutOfRange(t *testing.T) {
	if n := reflect.TypeFor[codec.Options]().NumField(); n != len(outOfRange) {
		t.Errorf("Options has %d fields, the table %d", n, len(outOfRange))
	}
	for i, c := range outOfRange {
		if name := reflect.TypeFor[codec.Options]().Field(i).Name; name != c.field {
			t.Errorf("field %d is %s, want %s", i, name, c.field)
		}
		var n number
		check(t, c.field+": Decode", c.opts.Decode([]byte("1"), &n), c.want)
		check(t, c.field+": DecodeString", c.opts.DecodeString("1", &n), c.want)
		r := post1()
		check(t, c.field+": Read", (&codec.Reader{Options: c.opts}).Read(httptest.NewRecorder(), r, &n), c.want)
		if rest, _ := io.ReadAll(r.Body); (len(rest) == 1) != (c.want != "") {
			t.Errorf("%s: Read leaves %q of the body", c.field, rest)
		}
		s := codec.Stream{R: strings.NewReader("1"), Options: c.opts}
		check(t, c.field+": Next", s.Next(&n), c.want)
		if (s.Offset() == 0) != (c.want != "") {
			t.Errorf("%s: Next moves to %d", c.field, s.Offset())
		}
	}
}

func TestLimitsOutOfRange(t *testing.T) {
	var n number
	const depth = "codec: Options.MaxDepth is 100001: use 0 for 10000 levels, or a positive number up to 100000"
	check(t, "too deep", codec.Options{MaxDepth: 100001}.Decode([]byte("1"), &n), depth)
	const limit = "codec: Reader.Limit is -1: use 0 for 1048576 bytes, or a positive number"
	check(t, "Reader", (&codec.Reader{Limit: -1}).Read(httptest.NewRecorder(), post1(), &n), limit)
	err := codec.Read(httptest.NewRecorder(), post1(), &n, -1)
	check(t, "Read", err, limit)
	if got := codec.Status(err); got != http.StatusInternalServerError {
		t.Errorf("its status is %d, want 500", got)
	}
	check(t, "Read", codec.Read(httptest.NewRecorder(), post1(), &n, 0), "")
	s := codec.Stream{R: strings.NewReader("1"), MaxValue: -1}
	check(t, "Stream", s.Next(&n), "codec: Stream.MaxValue is -1: use 0 for 1048576 bytes, or a positive number")
}

func post1() *http.Request {
	r := httptest.NewRequest("POST", "/", io.NopCloser(strings.NewReader("1")))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func check(t *testing.T, what string, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
		t.Errorf("%s: %v, want %q", what, err, want)
	}
}

// The errors of codec are those of the runtime that makes them, by either name.
func TestErrorsByEitherName(t *testing.T) {
	strict := codec.Options{DuplicateKeys: codec.RejectDuplicates, UnknownFields: codec.RejectUnknownFields, InvalidUTF8: codec.RejectInvalidUTF8, MaxDepth: 2}
	for _, c := range []struct {
		doc  string
		want error
		as   any
	}{
		{`{`, codec.ErrTruncated, new(*codec.SyntaxError)},
		{`}`, codec.ErrSyntax, new(*codec.SyntaxError)},
		{`{"any":[[1]]}`, codec.ErrDepth, new(*codec.SyntaxError)},
		{"{\"any\":\"\xff\"}", codec.ErrInvalidUTF8, new(*codec.SyntaxError)},
		{`{"any":1,"any":2}`, codec.ErrDuplicateKey, new(*codec.FieldError)},
		{`{"none":1}`, codec.ErrUnknownField, new(*codec.FieldError)},
	} {
		err := strict.DecodeString(c.doc, new(gentest.Omit))
		if !errors.Is(err, c.want) || !errors.As(err, c.as) || !strings.HasPrefix(err.Error(), "codec: ") {
			t.Errorf("%s: %v, want %v as %T", c.doc, err, c.want, c.as)
		}
	}
}
