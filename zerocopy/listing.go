package zerocopy

import (
	"cmp"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// list shows a directory as http.FileServer does, without dot-files.
func (f *Files) list(w http.ResponseWriter, r *http.Request, key string) {
	d, err := f.tree.open(strings.TrimSuffix(key, "/"))
	if err != nil {
		fail(w, err)
		return
	}
	defer d.Close()
	rd, ok := d.(fs.ReadDirFile)
	if !ok {
		fail(w, fs.ErrNotExist)
		return
	}
	names, err := rd.ReadDir(-1)
	if err != nil {
		fail(w, err)
		return
	}
	slices.SortFunc(names, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n")
	for _, e := range names {
		name := e.Name()
		if strings.HasPrefix(name, ".") && !f.opt.DotFiles {
			continue
		}
		if e.IsDir() {
			name += "/"
		}
		// A URL's String escapes '?' and '#', and puts ./ before a name with a colon.
		fmt.Fprintf(w, "<a href=\"%s\">%s</a>\n", (&url.URL{Path: name}).String(), html.EscapeString(name))
	}
	fmt.Fprint(w, "</pre>\n")
}
