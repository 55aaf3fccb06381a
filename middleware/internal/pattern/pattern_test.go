package pattern

import (
	"net/http"
	"testing"
)

func accepted(text string) (ok bool) {
	defer func() { ok = recover() == nil }()
	http.NewServeMux().Handle(text, http.NotFoundHandler())
	return
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "/", "GET /", "GET  /{x}", "GET\t/", " /", "G(T /", "GET", "h/", "h{/", "/{x", "/{x}y", "/y{x}", "/{}", "/{...}", "/{x...}", "/{x...}/", "/{$}", "/{$}/", "/{$...}",
		"/{1}", "/{ß1}", "/{x}/{x}", "/a//b", "GET /a//b", "CONNECT /a//b", "GET /a/.", "/..", "/%zz/{_}", "GET /\xff", "/{\xff}", "é /", "GET h/a/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if (err == nil) != accepted(text) {
			t.Fatalf("Parse(%q): %v, ServeMux accepts it: %t", text, err, accepted(text))
		}
		if err == nil && (p.Text != text || len(p.Segments) == 0 || !Conflict(p, p)) {
			t.Errorf("Parse(%q) = %+v", text, p)
		}
	})
}

func TestDescribeNamesAPathThatBothMatch(t *testing.T) {
	for _, tt := range []struct{ p, q, want string }{
		{"/{x}/b", "/a/{y}", "/a/b"}, {"/a/", "/{x}/b", "/a/b"}, {"/{x}/b/{z...}", "/a/{y}/{$}", "/a/b/"}, {"/{x}/", "/a/{y...}", ""},
	} {
		p, _ := Parse(tt.p)
		q, _ := Parse(tt.q)
		if !Conflict(p, q) {
			if tt.want != "" {
				t.Errorf("%s and %s do not conflict", p, q)
			}
			continue
		}
		if got := common(p, q); got != tt.want {
			t.Errorf("common(%s, %s) = %s, want %s", p, q, got, tt.want)
		}
	}
}
