package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// Session is one login as it is stored, under the hash of its token.
type Session struct {
	UserID  string    `json:"user_id"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

// Identity is a session joined with its user's profile: the body of GET /v1/session and what the cache holds. It is
// immutable once made, so all requests of a session share one.
type Identity struct {
	UserID  string    `json:"user_id"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Profile Profile   `json:"profile"`
}

func (id *Identity) may(permission string) bool {
	_, found := slices.BinarySearch(id.Profile.Permissions, permission)
	return found
}

// Credentials are the body of POST /v1/sessions.
type Credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// LoginView answers a login. It is the only time the token is seen: the store keeps its hash.
type LoginView struct {
	Token   string    `json:"token"`
	UserID  string    `json:"user_id"`
	Expires time.Time `json:"expires"`
}

const (
	tokenBytes = 32
	tokenChars = 43 // 32 bytes in unpadded base64
)

// TokenHash is the SHA-256 of a token. A fast hash is enough: the token has 256 bits of entropy, there is nothing to guess.
type TokenHash [sha256.Size]byte

// Strict refuses spare bits in the last character: one token has one spelling.
var tokenEncoding = base64.RawURLEncoding.Strict()

func newToken() (string, TokenHash) {
	var raw [tokenBytes]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process rather than hand out weak bytes
	return tokenEncoding.EncodeToString(raw[:]), sha256.Sum256(raw[:])
}

// hashToken refuses whatever does not have a token's shape before any cache or store is asked. It does not allocate.
func hashToken(token string) (TokenHash, bool) {
	if len(token) != tokenChars {
		return TokenHash{}, false
	}
	var text [tokenChars]byte
	copy(text[:], token)
	var raw [tokenBytes]byte
	// Decode skips line breaks, so a token spelt with one comes out short.
	n, err := tokenEncoding.Decode(raw[:], text[:])
	if err != nil || n != tokenBytes {
		return TokenHash{}, false
	}
	return sha256.Sum256(raw[:]), true
}

const bearer = "Bearer "

// bearerToken takes the token from the Authorization headers. More than one header is refused rather than guessed at.
func bearerToken(headers []string) (string, bool) {
	if len(headers) != 1 || len(headers[0]) <= len(bearer) || !strings.EqualFold(headers[0][:len(bearer)], bearer) {
		return "", false
	}
	return headers[0][len(bearer):], true
}
