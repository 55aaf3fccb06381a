package pattern

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode"
)

// Parse reads "[METHOD ][HOST]/[PATH]" and refuses what http.ServeMux refuses.
func Parse(text string) (*Pattern, error) {
	p := &Pattern{Text: text}
	rest := text
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		p.Method, rest = text[:i], strings.TrimLeft(text[i+1:], " \t")
		if p.Method != "" && !isToken(p.Method) {
			return nil, fmt.Errorf("method %q is not a token", p.Method)
		}
	}
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		return nil, errors.New("the path is missing: it starts with a slash")
	}
	p.Host, rest = rest[:slash], rest[slash:]
	if strings.Contains(p.Host, "{") {
		return nil, errors.New("a wildcard in the host, or the path's first slash is missing")
	}
	// Request paths are cleaned before matching, those of CONNECT excepted.
	if p.Method != "" && p.Method != "CONNECT" && rest != Clean(rest) {
		return nil, fmt.Errorf("no request can have the unclean path %q", rest)
	}
	if err := p.parsePath(rest); err != nil {
		return nil, err
	}
	for i := range p.Wilds {
		p.Wilds[i].After = len(p.Segments) - 1 - p.Wilds[i].Segment
	}
	return p, nil
}

func (p *Pattern) parsePath(rest string) error {
	for rest != "" {
		var text string
		text, rest = cut(rest[1:])
		last := rest == ""
		if text == "" && last {
			p.add(Segment{Kind: Multi})
			return nil
		}
		s, err := segment(text, last)
		if err != nil {
			return err
		}
		if err := p.add(s); err != nil {
			return err
		}
	}
	return nil
}

// cut returns what stands before the next slash, and the rest with that slash.
func cut(s string) (text, rest string) {
	if i := strings.IndexByte(s, '/'); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func segment(text string, last bool) (Segment, error) {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return Segment{Literal, Unescape(text)}, nil
	}
	if open > 0 || text[len(text)-1] != '}' {
		return Segment{}, fmt.Errorf("wildcard segment %q: a wildcard is a whole segment", text)
	}
	name := text[1 : len(text)-1]
	kind := Single
	if stem, multi := strings.CutSuffix(name, "..."); multi {
		name, kind = stem, Multi
	}
	if !last && (kind == Multi || name == "$") {
		return Segment{}, fmt.Errorf("%s is not at the end", text)
	}
	if name == "$" && kind == Single {
		return Segment{Literal, End}, nil
	}
	if !isIdentifier(name) {
		return Segment{}, fmt.Errorf("wildcard name %q is not an identifier", name)
	}
	return Segment{kind, name}, nil
}

func (p *Pattern) add(s Segment) error {
	if s.Kind != Literal && s.Text != "" {
		for _, w := range p.Wilds {
			if w.Name == s.Text {
				return fmt.Errorf("two wildcards are called %q", s.Text)
			}
		}
		p.Wilds = append(p.Wilds, Wild{Name: s.Text, Segment: len(p.Segments), Multi: s.Kind == Multi})
	}
	p.Segments = append(p.Segments, s)
	p.Multi = s.Kind == Multi
	return nil
}

func isIdentifier(s string) bool {
	for i, c := range s {
		if !unicode.IsLetter(c) && c != '_' && (i == 0 || !unicode.IsDigit(c)) {
			return false
		}
	}
	return s != ""
}

// isToken: RFC 9110, 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

// Clean returns the canonical form of p: no ".", "..", or empty segments, a slash in front, and the one at the end kept.
func Clean(p string) string {
	if p == "" {
		return "/"
	}
	if p[0] != '/' {
		p = "/" + p
	}
	c := path.Clean(p)
	if p[len(p)-1] != '/' || c == "/" {
		return c
	}
	if len(p) == len(c)+1 && strings.HasPrefix(p, c) {
		return p
	}
	return c + "/"
}
