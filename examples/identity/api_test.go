package main

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func variantNames() []string {
	var names []string
	for name := range variants {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Both variants give every probe the expected answer, and the same one.
func TestVariantsAnswerAlike(t *testing.T) {
	probes := corpus()
	answers := map[string][]answer{}
	for _, variant := range variantNames() {
		p := startProgram(t, Config{variant: variant})
		user := register(t, p.url)
		token := login(t, p.url)
		eventually(t, "the login is stored", func() bool {
			return strings.Contains(call(t, "GET", p.url+"/v1/audit", "", "Authorization", "Bearer "+token).body, user.ID)
		})
		for _, probe := range probes {
			a := ask(t, p.url, probe, token, user.ID)
			verify(t, variant, probe, a)
			answers[variant] = append(answers[variant], a)
		}
		checkSession(t, p.url, token, http.StatusOK)
	}
	for i, probe := range probes {
		plain, hot := answers["plain"][i], answers["hot"][i]
		if plain.status != hot.status || plain.header.Get("Content-Type") != hot.header.Get("Content-Type") {
			t.Errorf("%s: plain %d %q, hot %d %q", probe.name, plain.status, plain.header["Content-Type"], hot.status, hot.header["Content-Type"])
		}
		if probe.path != "/v1/audit" && !reflect.DeepEqual(meaning(t, plain), meaning(t, hot)) {
			t.Errorf("%s:\nplain %s\nhot   %s", probe.name, plain.body, hot.body)
		}
		for _, name := range []string{"Allow", "Www-Authenticate", "Retry-After", "Cache-Control", "Etag"} {
			if a, b := list(plain.header.Get(name)), list(hot.header.Get(name)); !slices.Equal(a, b) {
				t.Errorf("%s: %s: plain %q, hot %q", probe.name, name, a, b)
			}
		}
	}
}

func ask(t *testing.T, url string, p probe, token, user string) answer {
	t.Helper()
	url += strings.ReplaceAll(p.path, "USER", user)
	req, err := http.NewRequestWithContext(t.Context(), p.method, url, strings.NewReader(p.body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(p.header); i += 2 {
		req.Header.Set(p.header[i], strings.ReplaceAll(p.header[i+1], "TOKEN", token))
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Del("Content-Type")
	}
	return do(t, http.DefaultClient, req)
}

// verify holds an answer to what the probe expects and, if it is an error, to RFC 9457.
func verify(t *testing.T, variant string, p probe, a answer) {
	t.Helper()
	if a.status == http.StatusOK && strings.HasPrefix(p.path, "/v1/") && a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s, %s: Cache-Control %q: what a session sees is for no cache", variant, p.name, a.header.Get("Cache-Control"))
	}
	if a.status != p.status {
		t.Errorf("%s: %s: status %d, want %d: %s", variant, p.name, a.status, p.status, a.body)
		return
	}
	if a.header.Get("X-Request-Id") == "" {
		t.Errorf("%s: %s: no request id", variant, p.name)
	}
	if p.code == "" || p.method == "HEAD" {
		return
	}
	if ct := a.header.Get("Content-Type"); ct != problemType {
		t.Errorf("%s: %s: content type %q", variant, p.name, ct)
	}
	var doc Problem
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil || doc.Code != p.code || doc.Status != p.status || doc.Title == "" || doc.Detail == "" {
		t.Errorf("%s: %s: %v in %s, want code %q", variant, p.name, err, a.body, p.code)
	}
	if got := a.header.Get("Www-Authenticate"); p.status == 401 && !strings.HasPrefix(got, "Bearer") {
		t.Errorf("%s: %s: WWW-Authenticate %q", variant, p.name, got)
	}
	if p.status == 405 && a.header.Get("Allow") == "" {
		t.Errorf("%s: %s: no Allow", variant, p.name)
	}
}

// personal is what differs between two runs of the same requests: ids, tokens and times.
var personal = regexp.MustCompile(`"(usr_|evt_)[a-z0-9]{26}"|"[A-Za-z0-9_-]{43}"|"\d{4}-\d\d-\d\dT[^"]*"`)

// meaning is the body as a value, so that the order of members and spaces do not count.
func meaning(t *testing.T, a answer) any {
	t.Helper()
	body := personal.ReplaceAllString(a.body, `"*"`)
	if !strings.Contains(a.header.Get("Content-Type"), "json") || body == "" {
		return body
	}
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Errorf("not JSON: %v: %s", err, a.body)
	}
	return v
}

// list is a header's comma-separated values without their order.
func list(header string) []string {
	items := strings.Split(header, ", ")
	slices.Sort(items)
	return items
}

// forEachVariant runs test on a fresh program of each.
func forEachVariant(t *testing.T, c Config, test func(t *testing.T, p *program)) {
	for _, variant := range variantNames() {
		t.Run(variant, func(t *testing.T) {
			c.variant = variant
			test(t, startProgram(t, c))
		})
	}
}

func TestSessionLifeCycle(t *testing.T) {
	forEachVariant(t, Config{}, func(t *testing.T, p *program) {
		register(t, p.url)
		token := login(t, p.url)
		a := checkSession(t, p.url, token, http.StatusOK)
		if n := len(a.body); n < 2000 || n > 3000 {
			t.Errorf("profile has %d bytes, want 2 to 3 kB", n)
		}
		id := decode[Identity](t, a, http.StatusOK)
		if id.Profile.Name != "Ada <&> Lövelace" || len(id.Profile.Roles) != 3 || !id.may("audit:read") || id.may("audit") {
			t.Errorf("profile %+v", id.Profile)
		}
		other := login(t, p.url)
		gone := call(t, "DELETE", p.url+"/v1/session", "", "Authorization", "Bearer "+token)
		if gone.status != http.StatusNoContent || gone.body != "" {
			t.Errorf("DELETE: %d %q", gone.status, gone.body)
		}
		checkSession(t, p.url, token, http.StatusUnauthorized)
		checkSession(t, p.url, other, http.StatusOK)
	})
}

func TestTwoAuthorizationHeaders(t *testing.T) {
	forEachVariant(t, Config{}, func(t *testing.T, p *program) {
		register(t, p.url)
		token := login(t, p.url)
		req, _ := http.NewRequestWithContext(t.Context(), "GET", p.url+"/v1/session", nil)
		req.Header["Authorization"] = []string{"Bearer " + token, "Bearer " + token}
		if a := do(t, http.DefaultClient, req); a.status != http.StatusUnauthorized {
			t.Errorf("status %d, want 401", a.status)
		}
	})
}

func TestDebugStats(t *testing.T) {
	forEachVariant(t, Config{debug: true}, func(t *testing.T, p *program) {
		before := decode[Stats](t, call(t, "GET", p.url+"/debug/stats", ""), http.StatusOK)
		call(t, "GET", p.url+"/healthz", "")
		after := decode[Stats](t, call(t, "GET", p.url+"/debug/stats", ""), http.StatusOK)
		if after.Requests-before.Requests != 2 || after.Mallocs <= before.Mallocs || after.Goroutines == 0 || after.Variant != p.config.variant {
			t.Errorf("before %+v, after %+v", before, after)
		}
	})
}
