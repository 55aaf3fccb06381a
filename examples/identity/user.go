package main

import (
	"crypto/rand"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// User is one account as it is stored. It is a value: whoever holds one owns it.
type User struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Email        string    `json:"email"` // normalised, unique
	PasswordHash string    `json:"password_hash"`
	Created      time.Time `json:"created"`
	Profile      Profile   `json:"profile"`
}

// UserView is what others may see of an account: no address, no hash.
type UserView struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
}

// Registration is the body of POST /v1/users.
type Registration struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Limits on what a registration may hold. The address limit is RFC 5321's path limit without its brackets; the password
// limit only keeps a request from buying hash input by the megabyte.
const (
	maxName     = 100
	maxEmail    = 254
	minPassword = 8
	maxPassword = 256
)

// normalise trims the name and folds the address, so that one person cannot hold it twice, and reports what is wrong.
func (r *Registration) normalise() error {
	var bad ValidationError
	r.Name = strings.TrimSpace(r.Name)
	if n := utf8.RuneCountInString(r.Name); n == 0 || n > maxName || strings.ContainsFunc(r.Name, unicode.IsControl) {
		bad.add("name", "must be 1 to 100 characters without control characters")
	}
	email, ok := normaliseEmail(r.Email)
	if !ok {
		bad.add("email", "must be one plain ASCII address of at most 254 bytes, such as ada@example.com")
	}
	r.Email = email
	if len(r.Password) < minPassword || len(r.Password) > maxPassword {
		bad.add("password", "must be 8 to 256 bytes")
	}
	return bad.orNil()
}

// normaliseEmail folds case in the local part too: RFC 5321 lets a host tell them apart, no mail provider of note does,
// and two accounts that differ by one capital letter are a support case or an attack. Only ASCII is taken, so that no
// two addresses look alike and differ.
func normaliseEmail(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > maxEmail || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", false
	}
	addr, err := mail.ParseAddress(s)
	if err != nil || addr.Address != s {
		return "", false
	}
	return s, true
}

func newUser(r Registration, hash string, now time.Time) User {
	id := "usr_" + strings.ToLower(rand.Text())
	return User{
		ID: id, Name: r.Name, Email: r.Email, PasswordHash: hash, Created: now,
		Profile: newProfile(id, r, now),
	}
}

func (u *User) view() UserView { return UserView{ID: u.ID, Name: u.Name, Created: u.Created} }
