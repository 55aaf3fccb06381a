package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
)

// newStd is the same service with encoding/json, as most are written.
func newStd(doc []byte) (http.Handler, error) {
	var mu sync.RWMutex
	var events []stdEvent
	if err := json.Unmarshal(doc, &events); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, _ *http.Request) {
		mu.RLock()
		page := stdPage{Events: events}
		mu.RUnlock()
		stdWrite(w, http.StatusOK, page)
	})
	mux.HandleFunc("POST /events", func(w http.ResponseWriter, r *http.Request) {
		var e stdEvent
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyLimit)).Decode(&e); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		mu.Lock()
		events = append(slices.Clip(events), e)
		mu.Unlock()
		stdWrite(w, http.StatusCreated, e)
	})
	return mux, nil
}

func stdWrite(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
