package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxBody  = 64 << 10
	maxDepth = 32
)

// decodeStrict reads one JSON object into v. encoding/json by itself takes duplicate keys, replaces invalid UTF-8,
// ignores unknown members and what follows the document; an identity service had better not.
func decodeStrict(w http.ResponseWriter, r *http.Request, v any) error {
	if !isJSON(r.Header) {
		return ErrMediaType
	}
	if r.ContentLength > maxBody { // not to be waited for
		return ErrTooLarge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return ErrTooLarge
	}
	if err != nil || !utf8.Valid(body) || halfSurrogate(body) || !wellFormed(body) {
		return ErrBadJSON
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if dec.Decode(v) != nil {
		return ErrBadJSON
	}
	return nil
}

// isJSON takes application/json in UTF-8, sent as it is.
func isJSON(h http.Header) bool {
	if e := h.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return false
	}
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset := params["charset"]
	isJSON := kind == "application/json" || strings.HasSuffix(kind, "+json")
	return err == nil && isJSON && (charset == "" || strings.EqualFold(charset, "utf-8"))
}

// wellFormed walks the tokens of what must be exactly one value, for what Decode does not look at.
func wellFormed(body []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(body))
	if !uniqueInside(dec, 0) {
		return false
	}
	_, err := dec.Token()
	return err == io.EOF
}

// halfSurrogate finds \ud800 to \udfff not in pairs, which encoding/json replaces: what is stored would not be what was
// sent.
func halfSurrogate(body []byte) bool {
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		r := escaped(body[i:])
		if !utf16.IsSurrogate(r) {
			i++ // also over the second backslash of a pair
			continue
		}
		if utf16.DecodeRune(r, escaped(body[min(i+6, len(body)):])) == utf8.RuneError {
			return true
		}
		i += 11
	}
	return false
}

// escaped is the code unit of the \u escape that b begins with, or -1.
func escaped(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// uniqueKeys reads the rest of an object, refusing a second key that encoding/json would match to the same member.
func uniqueKeys(dec *json.Decoder, depth int) bool {
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		key = strings.Map(folded, key)
		if err != nil || !ok || seen[key] {
			return false
		}
		seen[key] = true
		if !uniqueInside(dec, depth) {
			return false
		}
	}
	t, err := dec.Token()
	return err == nil && t == json.Delim('}')
}

// folded is the least rune that differs from r by case only, which is how encoding/json compares keys: not by lower case,
// by which ſ is no s.
func folded(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

func uniqueInside(dec *json.Decoder, depth int) bool {
	t, err := dec.Token()
	if err != nil || depth >= maxDepth {
		return false
	}
	switch t {
	case json.Delim('{'):
		return uniqueKeys(dec, depth+1)
	case json.Delim('['):
		for dec.More() {
			if !uniqueInside(dec, depth+1) {
				return false
			}
		}
		t, err := dec.Token()
		return err == nil && t == json.Delim(']')
	}
	return true
}
