package main

import (
	"crypto/subtle"
	"net/http"
)

// needKey stands around the routes of a group. A real one would look the key up.
func needKey(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Key")), []byte("secret")) != 1 {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// must: a route that conflicts is a mistake of the program, found when it starts.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
