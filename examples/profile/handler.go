package main

import (
	"encoding/json"
	"net/http"
	"net/http/pprof"

	"github.com/hotpath-go/hotpath/codec"
)

// before is the handler the profile is taken of.
func before(orders *Orders) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode((*plainOrders)(orders))
	}
}

// after is the fix: the go:generate line in order.go, and this.
func after(orders *Orders) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		codec.Write(w, http.StatusOK, orders)
	}
}

func mux(orders http.HandlerFunc) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /orders", orders)
	m.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	return m
}
