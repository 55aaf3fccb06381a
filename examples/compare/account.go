package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Account is one seeded user: the same name, email and password on both variants,
// with the id and token that the variant gave it.
type Account struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`

	id, token string
}

// accounts are deterministic, so that both variants store and return the same.
func accounts(n int) []*Account {
	all := make([]*Account, n)
	for i := range all {
		all[i] = &Account{
			Name:     fmt.Sprintf("Load User %03d", i),
			Email:    fmt.Sprintf("load.user.%03d@example.com", i),
			Password: fmt.Sprintf("correct horse battery staple %03d", i),
		}
	}
	return all
}

// seed registers and logs in all accounts, a few at a time: both variants refuse
// with 503 what exceeds their password hashing.
func seed(ctx context.Context, web *http.Client, base string, all []*Account, workers int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	work := make(chan *Account)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for a := range work {
				if err := a.enrol(ctx, web, base); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, a := range all {
		work <- a // the workers drain it even after a failure: each call then fails at once
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}

func (a *Account) enrol(ctx context.Context, web *http.Client, base string) error {
	var user struct{ ID string }
	if err := post(ctx, web, base+"/v1/users", a, &user); err != nil {
		return err
	}
	var session struct{ Token string }
	login := map[string]string{"email": a.Email, "password": a.Password} // no member more is taken
	if err := post(ctx, web, base+"/v1/sessions", login, &session); err != nil {
		return err
	}
	a.id, a.token = user.ID, session.Token
	if a.id == "" || a.token == "" {
		return fmt.Errorf("%s: no id or no token in the answer", a.Email)
	}
	return nil
}

// post sends v and decodes the 201. A 503 is retried after the server's own
// Retry-After, for as long as ctx lasts.
func post(ctx context.Context, web *http.Client, url string, v, into any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	for {
		status, wait, answer, err := exchange(ctx, web, "POST", url, "", body)
		switch {
		case err != nil:
			return err
		case status == http.StatusCreated:
			return json.Unmarshal(answer, into)
		case status != http.StatusServiceUnavailable:
			return fmt.Errorf("POST %s: status %d: %.200s", url, status, answer)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// exchange is one whole request with net/http; it serves everything but the load.
func exchange(ctx context.Context, web *http.Client, method, url, token string, body []byte) (int, time.Duration, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0, 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := web.Do(req)
	if err != nil {
		return 0, 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, retryAfter(resp.Header), answer, err
}

// retryAfter bounds what a server may ask for, either way.
func retryAfter(h http.Header) time.Duration {
	seconds, _ := strconv.Atoi(h.Get("Retry-After"))
	return min(max(time.Duration(seconds)*time.Second, 50*time.Millisecond), 2*time.Second)
}
