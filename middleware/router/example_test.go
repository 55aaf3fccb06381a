package router_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/router"
)

func get(h http.Handler, target string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	fmt.Println(w.Code, w.Body)
}

func ExampleRouter() {
	var t router.Table
	t.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "user ", router.Value(w, "id"), " by ", r.Pattern)
	})
	h := router.New(&t, nil)
	get(h, "/users/42")

	var next router.Table
	next.HandleFunc("GET /users/{id}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "moved") })
	h.Replace(&next) // while it serves
	get(h, "/users/42")
	// Output:
	// 200 user 42 by GET /users/{id}
	// 200 moved
}

func ExampleFunc() {
	var t router.Table
	t.Handle("GET /files/{path...}", router.Func(func(w http.ResponseWriter, r *http.Request, m middleware.Match) {
		fmt.Fprint(w, m.Value("path"))
	}))
	get(router.New(&t, nil), "/files/a/b%20c")
	// Output: 200 a/b c
}

func ExampleTable() {
	var t router.Table
	t.HandleFunc("GET /users/{id}", http.NotFound)
	err := t.Add(router.Route{Pattern: "GET /users/{name}", Handler: http.NotFoundHandler()})
	fmt.Println(err)
	// Output: router: conflicting patterns: "GET /users/{name}" and "GET /users/{id}": GET /users/{name} matches the same requests as GET /users/{id}
}

func ExampleGroup() {
	secret := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Error(w, "who are you?", http.StatusUnauthorized) })
	}
	var t router.Table
	admin := t.Group("/admin", secret)
	admin.HandleFunc("GET /keys", http.NotFound)
	get(router.New(&t, nil), "/admin/keys")
	// Output: 401 who are you?
}

func ExampleRoute() {
	var t router.Table
	if err := t.Add(router.Route{Pattern: "GET /users/{id}", Name: "user", Handler: http.NotFoundHandler()}); err != nil {
		panic(err)
	}
	u, err := t.URL("user", "id", "a/b")
	fmt.Println(u, err)
	for _, r := range t.Routes() {
		fmt.Println(r.Name, r.Pattern)
	}
	// Output:
	// /users/a%2Fb <nil>
	// user GET /users/{id}
}

func ExampleOptions() {
	var t router.Table
	t.HandleFunc("/{path...}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) })
	get(router.New(&t, nil), "/x%2F..%2Fadmin")
	get(router.New(&t, &router.Options{RefuseAmbiguous: true}), "/x%2F..%2Fadmin")
	// Output:
	// 200 /x/../admin
	// 400 400 ambiguous path
}
