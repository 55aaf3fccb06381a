package recovery_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/hotpath-go/hotpath/middleware/recovery"
)

func ExampleOptions() {
	protect := recovery.New(&recovery.Options{
		OnPanic: func(r *http.Request, value any, stack []byte) { fmt.Println(r.URL.Path, "panicked:", value) },
	})
	h := protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/bug", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// /bug panicked: a bug
	// 500 {"type":"about:blank","title":"Internal Server Error","status":500}
}
