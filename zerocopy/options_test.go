package zerocopy_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A negative value means what its field's doc says, or is refused by name: as an
// error by NewFiles, with the same text in a panic by NewFilesFS.
func TestNegativeOptions(t *testing.T) {
	allowed := map[string]bool{"Interval": true, "MemoryFile": true, "HashMax": true}
	fsys := fstest.MapFS{"a": {Data: []byte("content")}}
	for field := range reflect.TypeFor[zerocopy.FilesOptions]().Fields() {
		if !field.Type.ConvertibleTo(reflect.TypeFor[int]()) {
			continue // a switch
		}
		var o zerocopy.FilesOptions
		reflect.ValueOf(&o).Elem().FieldByIndex(field.Index).SetInt(-1)
		f, err := zerocopy.NewFiles(t.TempDir(), &o)
		if err == nil {
			f.Close()
		}
		said := panics(func() {
			f := zerocopy.NewFilesFS(fsys, &o)
			defer f.Close()
			if w := ask(f, "GET", "/a"); w.Body.String() != "content" {
				t.Errorf("%s -1: %d %q", field.Name, w.Code, w.Body)
			}
		})
		switch {
		case allowed[field.Name]:
			if err != nil || said != "" {
				t.Errorf("%s -1: %v, %q; want it to be taken", field.Name, err, said)
			}
		case err == nil || err.Error() != said || !strings.Contains(said, "FilesOptions."+field.Name+" is -1: "):
			t.Errorf("%s -1: %v, panic %q; want one text with the field and the value", field.Name, err, said)
		}
	}
}

func panics(f func()) (said string) {
	defer func() {
		if r := recover(); r != nil {
			said = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}
