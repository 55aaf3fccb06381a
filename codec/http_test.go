package codec_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

const limit = 256

// itemServer answers with what it read, or with a problem.
func itemServer(t *testing.T, rd *codec.Reader) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var item order.Item
		if err := rd.Read(w, r, &item); err != nil {
			codec.WriteProblem(w, codec.ProblemFor(err))
			return
		}
		codec.Write(w, http.StatusOK, &item)
	}))
	t.Cleanup(s.Close)
	return s
}

// chunked hides the length of a body.
type chunked struct{ io.Reader }

func TestReadOverHTTP(t *testing.T) {
	s := itemServer(t, &codec.Reader{Limit: limit, Options: codec.Options{DuplicateKeys: codec.RejectDuplicates, InvalidUTF8: codec.RejectInvalidUTF8}})
	t.Cleanup(s.Client().CloseIdleConnections)
	full := `{"sku":"` + strings.Repeat("x", limit-10) + `"}`
	for _, tc := range []struct {
		name, contentType, body string
		want                    int
	}{
		{"ok", "application/json", `{"sku":"a"}`, 200},
		{"charset", "application/json; charset=UTF-8", `{"sku":"a"}`, 200},
		{"suffix", "application/vnd.api+json", `{"sku":"a"}`, 200},
		{"white space around", "application/json", " \n{}\t ", 200},
		{"exactly the limit", "application/json", full, 200},
		{"one byte more", "application/json", full + " ", 413},
		{"far more", "application/json", full + strings.Repeat(" ", 1<<20), 413},
		{"no content type", "", `{}`, 415},
		{"form", "application/x-www-form-urlencoded", `{}`, 415},
		{"text", "text/plain", `{}`, 415},
		{"jsonp", "application/jsonp", `{}`, 415},
		{"other charset", "application/json; charset=utf-16", `{}`, 415},
		{"bad parameters", "application/json; =", `{}`, 415},
		{"empty", "application/json", ``, 400},
		{"truncated", "application/json", `{"sku":"a"`, 400},
		{"trailing garbage", "application/json", `{"sku":"a"} {}`, 400},
		{"trailing NUL", "application/json", "{}\x00", 400},
		{"duplicate key", "application/json", `{"sku":"a","sku":"b"}`, 400},
		{"invalid UTF-8", "application/json", "{\"sku\":\"\xff\"}", 400},
		{"wrong type", "application/json", `{"sku":1}`, 422},
		{"array", "application/json", `[]`, 422},
		{"out of range", "application/json", `{"quantity":1e99}`, 422},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, body := range []io.Reader{strings.NewReader(tc.body), chunked{strings.NewReader(tc.body)}} {
				req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL, body)
				if err != nil {
					t.Fatal(err)
				}
				if tc.contentType != "" {
					req.Header.Set("Content-Type", tc.contentType)
				}
				resp, err := s.Client().Do(req)
				if err != nil {
					t.Fatal(err)
				}
				checkAnswer(t, resp, tc.want)
			}
		})
	}
}

func checkAnswer(t *testing.T, resp *http.Response, want int) {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	wantType := "application/problem+json"
	if want == 200 {
		wantType = "application/json"
	}
	if resp.StatusCode != want || resp.Header.Get("Content-Type") != wantType || resp.ContentLength != int64(len(body)) {
		t.Errorf("answer %d %s length %d: %s, want %d %s", resp.StatusCode, resp.Header.Get("Content-Type"), resp.ContentLength, body, want, wantType)
	}
	if want == 200 {
		return
	}
	var p codec.Problem
	if err := codec.Decode(body, &p); err != nil || p.Status != want || p.Title != http.StatusText(want) || p.Detail == "" {
		t.Errorf("problem %+v, %v", p, err)
	}
}

func TestReadRefusesCompressedBodies(t *testing.T) {
	r := jsonRequest(strings.NewReader("{}"))
	r.Header.Set("Content-Encoding", "gzip")
	if err := codec.Read(httptest.NewRecorder(), r, new(order.Item), limit); codec.Status(err) != 415 {
		t.Errorf("gzip: %v", err)
	}
}

func jsonRequest(body io.Reader) *http.Request {
	r := httptest.NewRequest("POST", "/", body)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// trap fails the test if anyone reads it.
type trap struct{ t *testing.T }

func (b trap) Read([]byte) (int, error) {
	b.t.Error("a body whose length is above the limit was read")
	return 0, io.EOF
}

func TestReadTrustsContentLengthToRefuse(t *testing.T) {
	r := jsonRequest(trap{t})
	r.ContentLength = limit + 1
	if err := codec.Read(httptest.NewRecorder(), r, new(order.Item), limit); !errors.Is(err, codec.ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

// The limit in the error is the one that was hit, which may be a middleware's.
func TestReadBehindAnotherLimit(t *testing.T) {
	r := jsonRequest(chunked{strings.NewReader(`{"sku":"` + strings.Repeat("x", limit) + `"}`)})
	r.Body = http.MaxBytesReader(nil, r.Body, 10)
	if err := codec.Read(httptest.NewRecorder(), r, new(order.Item), 1<<20); codec.Status(err) != 413 || !strings.HasSuffix(err.Error(), "limit 10") {
		t.Errorf("got %v, want the limit of 10", err)
	}
}

// A client that promises a body and stops must not hold the server beyond its
// read deadline, and gets 408.
func TestReadDeadline(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		err := codec.Read(w, r, new(order.Item), limit)
		codec.WriteProblem(w, codec.ProblemFor(err))
	}))
	s.Start()
	defer s.Close()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"sku\":")
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d, want 408", resp.StatusCode)
	}
}

func TestReaderAllowsNoContentType(t *testing.T) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"sku":"a"}`))
	var item order.Item
	rd := codec.Reader{AllowNoContentType: true}
	if err := rd.Read(httptest.NewRecorder(), r, &item); err != nil || item.SKU != "a" {
		t.Errorf("%+v, %v", item, err)
	}
}

func TestReadWithoutBody(t *testing.T) {
	r := jsonRequest(nil)
	r.Body = nil
	if err := codec.Read(httptest.NewRecorder(), r, new(order.Item), 0); !errors.Is(err, codec.ErrTruncated) {
		t.Errorf("no body: %v, want ErrTruncated", err)
	}
}

func TestStatus(t *testing.T) {
	for err, want := range map[error]int{
		nil:                                     200,
		io.EOF:                                  500,
		&codec.SyntaxError{}:                    400,
		&codec.TypeError{}:                      422,
		fmt.Errorf("x: %w", &codec.TypeError{}): 422,
		&codec.ValueError{}:                     422,
		&codec.ValueError{Err: io.EOF}:          422,
		&codec.FieldError{Err: codec.ErrDuplicateKey}: 400,
		&codec.FieldError{Err: codec.ErrUnknownField}: 422,
		&codec.BodyError{Err: io.ErrUnexpectedEOF}:    400,
		&codec.BodyError{Err: &http.MaxBytesError{}}:  413,
		codec.ErrTooLarge:         413,
		codec.ErrContentType:      415,
		codec.ErrUnsupportedValue: 500,
	} {
		if got := codec.Status(err); got != want {
			t.Errorf("Status(%v) = %d, want %d", err, got, want)
		}
	}
	if p := codec.ProblemFor(errors.New("password of the database")); p.Detail != "" || p.Status != 500 {
		t.Errorf("a problem of ours tells %+v", p)
	}
}

// counter counts what reaches the client.
type counter struct {
	http.ResponseWriter
	headers, writes int
}

func (c *counter) WriteHeader(status int) { c.headers++; c.ResponseWriter.WriteHeader(status) }

func (c *counter) Write(b []byte) (int, error) { c.writes++; return c.ResponseWriter.Write(b) }

func TestWriteIsOneWrite(t *testing.T) {
	w := &counter{ResponseWriter: httptest.NewRecorder()}
	w.Header().Set("Content-Type", "application/hal+json")
	o := order.Sample()
	for range 100 {
		o.Items = append(o.Items, o.Items[:10]...)
	}
	if err := codec.Write(w, 201, o); err != nil {
		t.Fatal(err)
	}
	body := w.ResponseWriter.(*httptest.ResponseRecorder).Body
	if w.writes != 1 || w.Header().Get("Content-Length") != fmt.Sprint(body.Len()) || w.Header().Get("Content-Type") != "application/hal+json" {
		t.Errorf("%d writes of %d bytes, header %v", w.writes, body.Len(), w.Header())
	}
	want, err := codec.Marshal(o)
	if err != nil || body.String() != string(want) {
		t.Errorf("a large body differs from Marshal (%v)", err)
	}
}

func TestWriteSendsNothingOnFailure(t *testing.T) {
	w := &counter{ResponseWriter: httptest.NewRecorder()}
	if err := codec.Write(w, 200, &gentest.Scalars{Float64: math.Inf(1)}); err == nil {
		t.Error("no error for an infinity")
	}
	if w.headers != 0 || w.writes != 0 || len(w.Header()) != 0 {
		t.Errorf("%d headers, %d writes, %v after a failure", w.headers, w.writes, w.Header())
	}
}

func TestWriteProblemReplacesTheContentType(t *testing.T) {
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	if err := codec.WriteProblem(w, codec.Problem{Detail: "a<b"}); err != nil {
		t.Fatal(err)
	}
	if w.Code != 500 || w.Header().Get("Content-Type") != "application/problem+json" || w.Body.String() != `{"title":"Internal Server Error","status":500,"detail":"a\u003cb"}` {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestProblemRoundTrip(t *testing.T) {
	in := codec.Problem{Type: "t", Title: "T", Status: 409, Detail: "d", Instance: "/i"}
	out, err := codec.Marshal(&in)
	if err != nil {
		t.Fatal(err)
	}
	var back codec.Problem
	if err := codec.DecodeString(strings.Replace(string(out), "{", `{"balance":{"x":[1]},`, 1), &back); err != nil || back != in {
		t.Errorf("%+v, %v", back, err)
	}
	if out, _ := codec.Marshal(new(codec.Problem)); string(out) != "{}" {
		t.Errorf("empty problem is %s", out)
	}
}
