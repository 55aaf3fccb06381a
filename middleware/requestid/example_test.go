package requestid_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/hotpath-go/hotpath/middleware/requestid"
)

func ExampleOptions() {
	identify := requestid.New(&requestid.Options{Context: true})
	h := identify(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(requestid.Value(w), requestid.FromContext(r.Context()))
	}))
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	h.ServeHTTP(w, r)
	fmt.Println(w.Header().Get("X-Request-Id"))
	// Output:
	// 4bf92f3577b34da6a3ce929d0e0e4736 4bf92f3577b34da6a3ce929d0e0e4736
	// 4bf92f3577b34da6a3ce929d0e0e4736
}
