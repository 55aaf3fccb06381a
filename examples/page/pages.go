package main

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/hotpath-go/hotpath/zerocopy"
)

const (
	maxSize  = 1 << 20
	maxParts = 64
	maxForms = 100
	value    = "<value>" // what stands between two parts, escaped by the template
)

// pages is the handler. It keeps the template of each size and number of parts that was asked for.
type pages struct {
	fast bool

	mu    sync.Mutex
	forms map[form]*page
}

type form struct{ size, parts int }

type page struct {
	std  *template.Template
	fast *zerocopy.Template
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	size, err1 := number(r, "size", 4<<10, maxSize)
	parts, err2 := number(r, "parts", 3, maxParts)
	if err1 != nil || err2 != nil || size < parts*64 {
		http.Error(w, "size is 64 bytes a part to 1048576, parts is 1 to 64", http.StatusBadRequest)
		return
	}
	one, err := p.page(form{size, parts})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if p.fast {
		_, err = one.fast.Reply(w, r, value)
	} else {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		err = one.std.Execute(w, value)
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}

func number(r *http.Request, name string, def, most int) (int, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("%s: %q", name, s)
	}
	return n, nil
}

func (p *pages) page(f form) (*page, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.forms[f]; one != nil {
		return one, nil
	}
	one := &page{}
	var err error
	if one.std, err = template.New("page").Parse(text(f)); err != nil {
		return nil, err
	}
	if one.fast, err = zerocopy.NewTemplate(one.std); err != nil {
		return nil, err
	}
	if p.forms == nil || len(p.forms) >= maxForms {
		p.forms = map[form]*page{}
	}
	p.forms[f] = one
	return one, nil
}

// text makes a template whose page is f.size bytes long.
func text(f form) string {
	const begin, end, action = "<!doctype html><title>page</title>", "\n", "{{.}}"
	left := f.size - len(begin) - len(end) - (f.parts-1)*len(template.HTMLEscapeString(value))
	var b strings.Builder
	b.WriteString(begin)
	for i := range f.parts {
		if i > 0 {
			b.WriteString(action)
		}
		n := left / (f.parts - i)
		left -= n
		b.WriteString(strings.Repeat("lorem ipsum ", n/12+1)[:n])
	}
	b.WriteString(end)
	return b.String()
}
