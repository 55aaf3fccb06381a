package zerocopy_test

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

var lorem = strings.Repeat("<p>lorem ipsum dolor sit amet</p>\n", 100)

// source has every context that html/template escapes for, and every node that
// text can stand in.
var source = lorem + `{{define "row"}}<tr><td>{{.}}</td><td title='{{.}}'>` + lorem + `</td></tr>{{end}}` +
	`<a href="/?q={{.Q}}" onclick="f({{.Q}})" style="color: {{.Q}}">{{.Q}}</a>` + lorem +
	`<script>var q = {{.Q}};</script>{{if .On}}` + lorem + `on{{else}}` + lorem + `off{{end}}` +
	`{{range .Rows}}{{template "row" .}}{{else}}` + lorem + `{{end}}{{with .None}}` + lorem + `{{.}}{{else}}none` + lorem + `{{end}}`

type input struct {
	Q    string
	On   bool
	Rows []string
	None any
}

var inputs = []input{
	{},
	{Q: `"><script>alert(1)</script>`, On: true, Rows: []string{"a", `'b"`, "<c>"}},
	{Q: "javascript:x", Rows: make([]string, 300), None: "some"},
}

func parse(t testing.TB, text string) *template.Template {
	t.Helper()
	tpl, err := template.New("page").Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func compile(t testing.TB, tpl *template.Template) *zerocopy.Template {
	t.Helper()
	c, err := zerocopy.NewTemplate(tpl)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTemplateGivesWhatHTMLTemplateGives(t *testing.T) {
	executed := parse(t, source)
	executed.Execute(&bytes.Buffer{}, inputs[0])
	for name, tpl := range map[string]*zerocopy.Template{"fresh": compile(t, parse(t, source)), "executed before": compile(t, executed)} {
		for _, in := range inputs {
			var want bytes.Buffer
			if err := parse(t, source).Execute(&want, in); err != nil {
				t.Fatal(err)
			}
			b, err := tpl.Render(in)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			b.WriteTo(&got)
			equal(t, name, got.Bytes(), want.Bytes())
		}
	}
}

// A Body that was rendered stays as it is while others are.
func TestRenderedBodyIsItsOwn(t *testing.T) {
	tpl := compile(t, parse(t, source))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			in := input{Q: strings.Repeat(string(rune('a'+i)), 50)}
			first, err := tpl.Render(in)
			if err != nil {
				t.Error(err)
			}
			var was, now bytes.Buffer
			first.WriteTo(&was)
			for range 20 {
				tpl.Render(inputs[i%3])
			}
			first.WriteTo(&now)
			equal(t, "kept Body", now.Bytes(), was.Bytes())
		})
	}
	wg.Wait()
}

// What a template is called, and how its actions are marked, is its own affair.
func TestTemplateOfAnyNameAndDelimiters(t *testing.T) {
	for _, name := range []string{"", "page", "a`b", `a"b\\`, "a{{b", "\xff"} {
		tpl := template.Must(template.New(name).Delims("<<", ">>").Parse("<b><<.>></b>{{.}}" + lorem))
		b, err := compile(t, tpl).Render("<i>")
		if err != nil {
			t.Error(err)
			continue
		}
		var got bytes.Buffer
		b.WriteTo(&got)
		equal(t, name, got.Bytes(), []byte("<b>&lt;i&gt;</b>{{.}}"+lorem))
		bad := template.Must(template.New(name).Delims("<<", ">>").Parse("<a href=<<if .>>\"x<<end>>>"))
		if _, err := zerocopy.NewTemplate(bad); err == nil {
			t.Errorf("%q: no escaping error", name)
		}
	}
}

func TestTemplateErrors(t *testing.T) {
	if _, err := zerocopy.NewTemplate(parse(t, `<a href={{if .}}"x{{end}}>`)); err == nil {
		t.Error("no escaping error")
	} else if _, ok := errors.AsType[*template.Error](err); !ok {
		t.Errorf("%v; want a *template.Error", err)
	}
	if _, err := zerocopy.NewTemplate(template.New("empty")); err == nil {
		t.Error("no error for a template without a body")
	}
	tpl := compile(t, parse(t, lorem+"{{.Missing}}"))
	if b, err := tpl.Render(input{}); err == nil {
		t.Errorf("rendered %d bytes without an error", b.Len())
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := tpl.Reply(w, r, input{}); err != nil {
			http.Error(w, "sorry", http.StatusInternalServerError)
		}
	})
	if resp, got, err := s.get(t, "GET"); err != nil || resp.StatusCode != 500 || string(got) != "sorry\n" {
		t.Errorf("%v, %.50q, %v", resp, got, err)
	}
}

// Nothing in the template runs before the first page.
func TestNewTemplateCallsNothing(t *testing.T) {
	called := 0
	tpl, err := template.New("page").Funcs(template.FuncMap{"f": func() string { called++; return "x" }}).Parse("{{f}}" + lorem)
	if err != nil {
		t.Fatal(err)
	}
	c := compile(t, tpl)
	if called != 0 {
		t.Errorf("called %d times", called)
	}
	if b, err := c.Render(nil); err != nil || called != 1 || b.Len() != int64(len(lorem)+1) {
		t.Errorf("%v, %v, called %d times", b, err, called)
	}
}

// The bar for pages: header, fixed text and values in one call.
func TestTemplateReplyIsOneCall(t *testing.T) {
	tpl := compile(t, parse(t, source))
	for _, in := range inputs[:2] {
		var want bytes.Buffer
		parse(t, source).Execute(&want, in)
		got := counts(t, func(w http.ResponseWriter, r *http.Request) {
			if n, err := tpl.Reply(w, r, in); n != int64(want.Len()) || err != nil {
				t.Errorf("sent %d, %v; want %d", n, err, want.Len())
			}
		})
		if got.Writes+got.Gathers != 1 || got.Held != 1 {
			t.Errorf("%d bytes: %+v; want one call", want.Len(), got)
		}
	}
}

func TestTemplateReplyBytes(t *testing.T) {
	tpl := compile(t, parse(t, source))
	var want bytes.Buffer
	parse(t, source).Execute(&want, inputs[1])
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { tpl.Reply(w, r, inputs[1]) })
	for range 3 {
		resp, got, err := s.get(t, "GET")
		if err != nil || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%v, %v", resp, err)
		}
		equal(t, "page", got, want.Bytes())
	}
}
