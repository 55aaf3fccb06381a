package compat_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-resty/resty/v2"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
)

// restyMarshal is for resty.Client.SetJSONMarshaler: generated types by codec, all
// others as before.
func restyMarshal(v any) ([]byte, error) {
	if v, ok := v.(codec.Appender); ok {
		return codec.Marshal(v)
	}
	return json.Marshal(v)
}

// restyUnmarshal is for resty.Client.SetJSONUnmarshaler.
func restyUnmarshal(data []byte, v any) error {
	if v, ok := v.(codec.Decodable); ok {
		return codec.Decode(data, v)
	}
	return json.Unmarshal(data, v)
}

// newClient is a resty client for srv that keeps no connection beyond it.
func newClient(srv *httptest.Server) *resty.Client {
	c := resty.NewWithClient(srv.Client()).SetBaseURL(srv.URL)
	return c.SetJSONMarshaler(restyMarshal).SetJSONUnmarshaler(restyUnmarshal)
}

// echo answers with the order it was sent, in codec's own terms.
func echo(w http.ResponseWriter, r *http.Request) {
	var o order.Order
	if err := codec.Read(w, r, &o, 64<<10); err != nil {
		codec.WriteProblem(w, codec.ProblemFor(err))
		return
	}
	_ = codec.Write(w, http.StatusOK, &o)
}

func Example_resty() {
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()

	var got order.Order
	sent := order.Order{Number: "A-1 <new>"}
	res, err := newClient(srv).R().SetBody(&sent).SetResult(&got).Post("/")
	fmt.Println(res.StatusCode(), got.Number, err)
	// Output: 200 A-1 <new> <nil>
}

// The whole of a large value goes there and back, and resty sets type and length.
func TestRestyThereAndBack(t *testing.T) {
	var seen http.Header
	var length int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen, length = r.Header, r.ContentLength
		echo(w, r)
	}))
	defer srv.Close()
	sent := order.Sample()
	var got order.Order
	if _, err := newClient(srv).R().SetBody(sent).SetResult(&got).Post("/"); err != nil {
		t.Fatal(err)
	}
	want, err := codec.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := codec.Marshal(&got); err != nil || string(text) != string(want) {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
	if seen.Get("Content-Type") != "application/json" || length != int64(len(want)) {
		t.Errorf("Content-Type %q, length %d, want application/json and %d", seen.Get("Content-Type"), length, len(want))
	}
}

// An answer that does not fit is codec's error, with its path, and a problem document
// reaches the type for errors.
func TestRestyErrors(t *testing.T) {
	answer := `{"items":[{"price":"dear"}]}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			echo(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	defer srv.Close()
	var got order.Order
	_, err := newClient(srv).R().SetResult(&got).Get("/")
	var mistyped *codec.TypeError
	if !errors.As(err, &mistyped) || mistyped.Path != "$.items[0].price" {
		t.Errorf("got %v, want a TypeError at $.items[0].price", err)
	}
	var p codec.Problem
	res, err := newClient(srv).R().SetHeader("Content-Type", "application/json").SetBody(strings.Repeat(" ", 65<<10)).SetError(&p).Post("/")
	if err != nil || res.StatusCode() != http.StatusRequestEntityTooLarge || p.Status != res.StatusCode() {
		t.Errorf("got %v, %v and problem %+v, want 413 in both", res.StatusCode(), err, p)
	}
}

// A type without generated methods goes the way it went before.
func TestRestyPlainTypes(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(w, r.Body)
	}))
	defer srv.Close()
	var got map[string]int
	if _, err := newClient(srv).R().SetBody(map[string]int{"a": 1}).SetResult(&got).Post("/"); err != nil || got["a"] != 1 {
		t.Errorf("got %v, %v", got, err)
	}
}
