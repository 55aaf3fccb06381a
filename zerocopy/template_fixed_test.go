package zerocopy

import (
	"html/template"
	"strings"
	"testing"
)

// The text of a page is the parser's own memory in every Body: were it copied,
// the page would still read right.
func TestFixedTextIsNotCopied(t *testing.T) {
	text := strings.Repeat("fixed ", 400)
	tpl, err := NewTemplate(template.Must(template.New("page").Parse(
		text + "{{.}}" + text + `{{define "x"}}` + text + `{{end}}{{template "x"}}{{if .}}` + text + "{{end}}")))
	if err != nil {
		t.Fatal(err)
	}
	b, err := tpl.Render("value")
	if err != nil {
		t.Fatal(err)
	}
	fixed := 0
	for _, s := range b.segs {
		if tpl.isFixed(s.mem) {
			fixed++
		}
	}
	if fixed != 4 || len(b.segs) != 5 {
		t.Errorf("%d segments, %d of them fixed; want 5, 4", len(b.segs), fixed)
	}
}
