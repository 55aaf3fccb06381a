package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// sessionShare: of every 50 requests on a connection, 49 check a session and one
// reads a user.
const sessionShare = 50

// Target is one request as bytes and the exact body of its 200 answer.
type Target struct {
	Raw  []byte `json:"raw"`
	Body []byte `json:"body"`
}

// targets asks the server once, with net/http and encoding/json as independent
// witnesses, what each request must answer. The load client then only compares bytes.
// The result holds the session checks first, then as many user reads.
func targets(ctx context.Context, web *http.Client, addr string, all []*Account) ([]Target, error) {
	list := make([]Target, 0, 2*len(all))
	for _, path := range []func(*Account) string{
		func(*Account) string { return "/v1/session" },
		func(a *Account) string { return "/v1/users/" + a.id },
	} {
		for _, a := range all {
			t, err := newTarget(ctx, web, addr, path(a), a)
			if err != nil {
				return nil, err
			}
			list = append(list, t)
		}
	}
	return list, nil
}

func newTarget(ctx context.Context, web *http.Client, addr, path string, a *Account) (Target, error) {
	status, _, body, err := exchange(ctx, web, "GET", "http://"+addr+path, a.token, nil)
	switch {
	case err != nil:
		return Target{}, err
	case status != http.StatusOK:
		return Target{}, fmt.Errorf("GET %s: status %d: %.200s", path, status, body)
	case !json.Valid(body):
		return Target{}, fmt.Errorf("GET %s: not JSON: %.200s", path, body)
	case !bytes.Contains(body, []byte(a.Name)):
		return Target{}, fmt.Errorf("GET %s: does not name %s: %.200s", path, a.Name, body)
	}
	raw := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: application/json\r\n\r\n", path, addr, a.token)
	return Target{Raw: []byte(raw), Body: body}, nil
}

// pick is the target of a connection's n-th request. Connections start at
// different users, and each walks over all of them.
func pick(list []Target, conn, n int) *Target {
	users := len(list) / 2
	at := (conn + n) % users
	if n%sessionShare == sessionShare-1 {
		at += users
	}
	return &list[at]
}
