package main

import (
	"fmt"
	"strings"
)

// probe is one request of the corpus both variants must answer alike. TOKEN in a header stands for a living session's
// token, USER in the path for its user.
type probe struct {
	name, method, path, body string
	header                   []string // name, value, …
	status                   int
	code                     string // of the problem document; "" where there is none
}

const validUser = `{"name":"Bob","email":"%s","password":"correct horse"}`

func corpus() []probe {
	auth := []string{"Authorization", "Bearer TOKEN"}
	all := []probe{
		{"profile", "GET", "/v1/session", "", auth, 200, ""},
		{"profile, scheme in lower case", "GET", "/v1/session", "", []string{"Authorization", "bearer TOKEN"}, 200, ""},
		{"profile, HEAD", "HEAD", "/v1/session", "", auth, 200, ""},
		{"user", "GET", "/v1/users/USER", "", auth, 200, ""},
		{"user unknown", "GET", "/v1/users/usr_nobody", "", auth, 404, "not_found"},
		{"user id with a slash", "GET", "/v1/users/a%2Fb", "", auth, 404, "not_found"},
		{"user id with NUL", "GET", "/v1/users/%00", "", auth, 404, "not_found"},
		{"user id too long", "GET", "/v1/users/" + strings.Repeat("x", 4000), "", auth, 404, "not_found"},
		{"user id escaped", "GET", "/v1/users/%75%73%65%72", "", auth, 404, "not_found"},
		{"user without id", "GET", "/v1/users/", "", auth, 404, "no_such_path"},
		{"user without token", "GET", "/v1/users/USER", "", nil, 401, "no_session"},
		{"audit", "GET", "/v1/audit", "", auth, 200, ""},
		{"audit, one", "GET", "/v1/audit?limit=1", "", auth, 200, ""},
		{"audit, limit 0", "GET", "/v1/audit?limit=0", "", auth, 400, "bad_limit"},
		{"audit, limit negative", "GET", "/v1/audit?limit=-1", "", auth, 400, "bad_limit"},
		{"audit, limit huge", "GET", "/v1/audit?limit=99999999999999999999", "", auth, 400, "bad_limit"},
		{"audit, limit word", "GET", "/v1/audit?limit=all", "", auth, 400, "bad_limit"},
		{"audit, limit in a form", "GET", "/v1/audit", "--B\r\nContent-Disposition: form-data; name=\"limit\"\r\n\r\n0\r\n--B--\r\n",
			append([]string{"Content-Type", "multipart/form-data; boundary=B"}, auth...), 200, ""},
		{"audit without token", "GET", "/v1/audit", "", nil, 401, "no_session"},
		{"health", "GET", "/healthz", "", nil, 200, ""},
		{"ready", "GET", "/readyz", "", nil, 200, ""},

		{"no token", "GET", "/v1/session", "", nil, 401, "no_session"},
		{"empty token", "GET", "/v1/session", "", []string{"Authorization", "Bearer "}, 401, "no_session"},
		{"forged token", "GET", "/v1/session", "", []string{"Authorization", "Bearer " + strings.Repeat("A", tokenChars)}, 401, "no_session"},
		{"short token", "GET", "/v1/session", "", []string{"Authorization", "Bearer abc"}, 401, "no_session"},
		{"long token", "GET", "/v1/session", "", []string{"Authorization", "Bearer " + strings.Repeat("A", 9000)}, 401, "no_session"},
		{"token not base64", "GET", "/v1/session", "", []string{"Authorization", "Bearer " + strings.Repeat("!", tokenChars)}, 401, "no_session"},
		{"token, spare bits set", "GET", "/v1/session", "", []string{"Authorization", "Bearer " + strings.Repeat("B", tokenChars)}, 401, "no_session"},
		{"basic", "GET", "/v1/session", "", []string{"Authorization", "Basic TOKEN"}, 401, "no_session"},
		{"delete without token", "DELETE", "/v1/session", "", nil, 401, "no_session"},

		{"unknown path", "GET", "/v1/nothing", "", nil, 404, "no_such_path"},
		{"unknown path, POST", "POST", "/nothing", "{}", nil, 404, "no_such_path"},
		{"path not clean, slashes", "GET", "//v1//session", "", auth, 404, "no_such_path"},
		{"path not clean, two slashes", "GET", "//", "", nil, 404, "no_such_path"},
		{"path not clean, dots", "GET", "/v1/../v1/session", "", auth, 404, "no_such_path"},
		{"path with trailing slash", "GET", "/v1/session/", "", auth, 404, "no_such_path"},
		{"path in capitals", "GET", "/V1/session", "", auth, 404, "no_such_path"},
		{"path escaped", "GET", "/v1%2Fsession", "", auth, 404, "no_such_path"},
		{"path with escaped dots", "GET", "/v1/%2e%2e/healthz", "", auth, 404, "no_such_path"},
		{"debug is off", "GET", "/debug/stats", "", nil, 404, "no_such_path"},
		{"method", "PUT", "/v1/session", "{}", nil, 405, "method_not_allowed"},
		{"method unknown", "BREW", "/v1/session", "", nil, 405, "method_not_allowed"},
		{"method in lower case", "get", "/v1/session", "", nil, 405, "method_not_allowed"},
		{"method, collection", "GET", "/v1/users", "", nil, 405, "method_not_allowed"},
		{"method, sessions", "DELETE", "/v1/sessions", "", nil, 405, "method_not_allowed"},
		{"method, item", "POST", "/v1/users/USER", "{}", nil, 405, "method_not_allowed"},
		{"method, health", "POST", "/healthz", "{}", nil, 405, "method_not_allowed"},
		{"method, static", "POST", "/static/style.css", "{}", nil, 405, "method_not_allowed"},

		{"address taken", "POST", "/v1/users", adaRegistration, nil, 409, "email_taken"},
		{"address taken, other case", "POST", "/v1/users", fmt.Sprintf(validUser, " ADA@Example.COM "), nil, 409, "email_taken"},
		{"register", "POST", "/v1/users", fmt.Sprintf(validUser, "bob@example.com"), nil, 201, ""},
		{"register, member names in capitals", "POST", "/v1/users", `{"NAME":"Eve","Email":"eve@example.com","passWord":"correct horse"}`, nil, 201, ""},
		{"register, escapes", "POST", "/v1/users", `{"name":"\u0041\ud83d\ude00\/","email":"zoe@example.com","password":"\\ud800 is text"}`, nil, 201, ""},
		{"register, member name that folds", "POST", "/v1/users", `{"name":"Flo","email":"flo@example.com","paſſword":"correct horse"}`, nil, 201, ""},
		{"register, charset", "POST", "/v1/users", fmt.Sprintf(validUser, "cy@example.com"), []string{"Content-Type", "application/json; charset=UTF-8"}, 201, ""},
		{"login", "POST", "/v1/sessions", adaCredentials, nil, 201, ""},
		{"login, other case", "POST", "/v1/sessions", strings.Replace(adaCredentials, "ada@", "ADA@", 1), nil, 201, ""},
		{"login, wrong password", "POST", "/v1/sessions", `{"email":"ada@example.com","password":"wrong horse"}`, nil, 401, "bad_credentials"},
		{"login, unknown", "POST", "/v1/sessions", `{"email":"nobody@example.com","password":"wrong horse"}`, nil, 401, "bad_credentials"},
		{"login, no address", "POST", "/v1/sessions", `{"email":"@@","password":"wrong horse"}`, nil, 401, "bad_credentials"},
		{"login, empty", "POST", "/v1/sessions", `{}`, nil, 422, "unacceptable"},
		{"login, null", "POST", "/v1/sessions", `null`, nil, 422, "unacceptable"},
		{"login, null members", "POST", "/v1/sessions", `{"email":null,"password":null}`, nil, 422, "unacceptable"},
		{"register, null", "POST", "/v1/users", ` null `, nil, 422, "unacceptable"},
		{"register, empty values", "POST", "/v1/users", `{"name":"","email":"","password":""}`, nil, 422, "unacceptable"},
		{"register, no address", "POST", "/v1/users", fmt.Sprintf(validUser, "not an address"), nil, 422, "unacceptable"},
		{"register, address with a name", "POST", "/v1/users", fmt.Sprintf(validUser, "Bob <bob@example.com>"), nil, 422, "unacceptable"},
		{"register, address not ASCII", "POST", "/v1/users", fmt.Sprintf(validUser, "bób@example.com"), nil, 422, "unacceptable"},
		{"register, address too long", "POST", "/v1/users", fmt.Sprintf(validUser, strings.Repeat("a", 250)+"@example.com"), nil, 422, "unacceptable"},
		{"register, short password", "POST", "/v1/users", `{"name":"X","email":"x@example.com","password":"short"}`, nil, 422, "unacceptable"},
		{"register, long password", "POST", "/v1/users", `{"name":"X","email":"x@example.com","password":"` + strings.Repeat("p", 257) + `"}`, nil, 422, "unacceptable"},
		{"register, control character", "POST", "/v1/users", `{"name":"X\u0007","email":"x@example.com","password":"correct horse"}`, nil, 422, "unacceptable"},
		{"register, long name", "POST", "/v1/users", `{"name":"` + strings.Repeat("ö", 101) + `","email":"x@example.com","password":"correct horse"}`, nil, 422, "unacceptable"},
	}
	all = append(all, badTypes()...)
	for name, body := range badJSON {
		for _, path := range []string{"/v1/users", "/v1/sessions"} {
			all = append(all, probe{"bad JSON to " + path + ", " + name, "POST", path, body, nil, 400, "bad_json"})
		}
	}
	return all
}

// badTypes are bodies refused for what they say they are, or how long.
func badTypes() []probe {
	typed := func(name, t string) probe {
		return probe{"content type " + name, "POST", "/v1/sessions", adaCredentials, []string{"Content-Type", t}, 415, "media_type"}
	}
	huge := `{"email":"ada@example.com","password":"` + strings.Repeat("x", maxBody) + `"}`
	return []probe{
		typed("missing", ""),
		typed("form", "application/x-www-form-urlencoded"),
		typed("text", "text/plain"),
		typed("jsonp", "application/jsonp"),
		typed("charset", "application/json; charset=latin1"),
		typed("broken", "application/json; charset"),
		{"content encoding", "POST", "/v1/sessions", adaCredentials, []string{"Content-Encoding", "gzip"}, 415, "media_type"},
		{"too large", "POST", "/v1/sessions", huge, nil, 413, "too_large"},
		{"too large, of spaces", "POST", "/v1/users", strings.Repeat(" ", maxBody+1), nil, 413, "too_large"},
		{"as large as may be", "POST", "/v1/sessions", adaCredentials + strings.Repeat(" ", maxBody-len(adaCredentials)), nil, 201, ""},
	}
}

var badJSON = map[string]string{
	"empty":                     " ",
	"truncated object":          `{"email":"ada@example.com","password":"corr`,
	"truncated key":             `{"ema`,
	"truncated escape":          `{"email":"\u00`,
	"missing brace":             `{"email":"ada@example.com","password":"correct horse"`,
	"trailing garbage":          adaCredentials + `x`,
	"second document":           adaCredentials + adaCredentials,
	"trailing comma":            `{"email":"ada@example.com","password":"correct horse",}`,
	"single quotes":             `{'email':'ada@example.com'}`,
	"comment":                   `{"email":"ada@example.com"/* */}`,
	"NaN":                       `{"email":NaN}`,
	"bare word":                 `{email:"ada@example.com"}`,
	"byte order mark":           "\ufeff" + adaCredentials,
	"array":                     `["ada@example.com"]`,
	"string":                    `"ada@example.com"`,
	"number":                    `17`,
	"wrong type, number":        `{"email":17,"password":"correct horse"}`,
	"wrong type, object":        `{"email":{},"password":"correct horse"}`,
	"wrong type, array":         `{"email":["a"],"password":"correct horse"}`,
	"wrong type, bool":          `{"email":true,"password":"correct horse"}`,
	"duplicate key":             `{"email":"a@example.com","email":"ada@example.com","password":"correct horse"}`,
	"duplicate key, by case":    `{"email":"a@example.com","EMAIL":"ada@example.com","password":"correct horse"}`,
	"duplicate key, by folding": `{"email":"a@example.com","password":"correct horse","paſſword":"wrong horse"}`,
	"duplicate key, escaped":    `{"email":"a@example.com","\u0065mail":"ada@example.com","password":"correct horse"}`,
	"duplicate key, within":     `{"x":{"a":1,"a":2},"email":"ada@example.com","password":"correct horse"}`,
	"unknown member":            `{"email":"ada@example.com","password":"correct horse","admin":true}`,
	"invalid UTF-8":             "{\"email\":\"ada\xff@example.com\",\"password\":\"correct horse\"}",
	"invalid UTF-8, overlong":   "{\"email\":\"ada\xc0\xaf@example.com\",\"password\":\"correct horse\"}",
	"invalid UTF-8 in a key":    "{\"em\xffail\":\"ada@example.com\",\"password\":\"correct horse\"}",
	"half a surrogate pair":     `{"email":"ada@example.com","password":"correct \ud800 horse"}`,
	"surrogates swapped":        `{"email":"ada@example.com","password":"correct \ude00\ud83d horse"}`,
	"control character":         "{\"email\":\"ada\n@example.com\",\"password\":\"correct horse\"}",
	"bad escape":                `{"email":"\x41da@example.com","password":"correct horse"}`,
	"deep arrays":               `{"email":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + `}`,
	"deep objects":              `{"email":` + strings.Repeat(`{"a":`, 10000) + `1` + strings.Repeat("}", 10000) + `}`,
	"deep and truncated":        strings.Repeat("[", 60000),
	"NUL":                       "{\"email\":\"ada@example.com\"}\x00",
}
