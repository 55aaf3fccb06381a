package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// Problem is an RFC 9457 document. Its type is left out, which means about:blank: the status says what kind of problem it
// is, and Code, a member of our own, names it for programs.
//
// Which status means what:
//
//	400  the body is not one JSON document of the endpoint's shape (malformed, truncated, trailing bytes, invalid
//	     UTF-8, wrong types, unknown or duplicate keys, nested too deeply), or a query parameter is wrong
//	401  no token, or one that opens nothing; also a login with wrong credentials
//	403  the session lacks the permission
//	404  no such path, account or file        405  no such method there: see Allow
//	409  the address is taken                 413  more than 64 KiB of body
//	415  the body is not application/json     422  the document is well formed and its values are not acceptable
//	503  too many password hashes at once, or the audit log cannot keep up: see Retry-After
type Problem struct {
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Code   string       `json:"code"`
	Detail string       `json:"detail,omitempty"`
	Errors []FieldError `json:"errors,omitempty"`
}

// FieldError says what is wrong with one value of a request.
type FieldError = struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

const problemType = "application/problem+json"

// Errors that requests end in. Both variants map them through problemOf, so that they answer alike.
var (
	ErrBusy           = errors.New("identity: too busy, try again")
	ErrBadCredentials = errors.New("identity: wrong e-mail address or password")
	ErrNoSession      = errors.New("identity: no such session")
	ErrForbidden      = errors.New("identity: permission missing")
	ErrBadJSON        = errors.New("identity: body is not acceptable JSON")
	ErrTooLarge       = errors.New("identity: body too large")
	ErrMediaType      = errors.New("identity: body is not application/json")
	ErrBadLimit       = errors.New("identity: bad limit")
	ErrNoRoute        = errors.New("identity: no such path")
	ErrMethod         = errors.New("identity: no such method")
	errPanic          = errors.New("identity: the handler panicked")
)

// ValidationError holds every unacceptable value of a request at once, so that a form can show them all.
type ValidationError struct {
	Fields []FieldError
}

func (e *ValidationError) add(field, detail string) {
	e.Fields = append(e.Fields, FieldError{Field: field, Detail: detail})
}

func (e *ValidationError) orNil() error {
	if len(e.Fields) == 0 {
		return nil
	}
	return e
}

// Error implements error.
func (e *ValidationError) Error() string {
	names := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		names[i] = f.Field
	}
	return "identity: unacceptable " + strings.Join(names, ", ")
}

// problems is ordered: the first error that matches wins.
var problems = []struct {
	err    error
	status int
	code   string
	detail string
}{
	{ErrNoSession, http.StatusUnauthorized, "no_session", "Send the token of a living session as Authorization: Bearer TOKEN."},
	{ErrBadCredentials, http.StatusUnauthorized, "bad_credentials", "The e-mail address or the password is wrong."},
	{ErrForbidden, http.StatusForbidden, "forbidden", "This session does not have the permission this takes."},
	{ErrNoRoute, http.StatusNotFound, "no_such_path", "There is nothing at this path."},
	{ErrNotFound, http.StatusNotFound, "not_found", "There is no such resource."},
	{ErrMethod, http.StatusMethodNotAllowed, "method_not_allowed", "This path takes the methods in Allow."},
	{ErrEmailTaken, http.StatusConflict, "email_taken", "An account with this e-mail address exists."},
	{ErrTooLarge, http.StatusRequestEntityTooLarge, "too_large", "A body may hold 64 KiB."},
	{ErrMediaType, http.StatusUnsupportedMediaType, "media_type", "The body must be application/json in UTF-8, without a content encoding."},
	{ErrBadJSON, http.StatusBadRequest, "bad_json", "The body must be one JSON object with this endpoint's members, each of the right type and given once."},
	{ErrBadLimit, http.StatusBadRequest, "bad_limit", "limit must be a number from 1 to 1000."},
	{ErrBusy, http.StatusServiceUnavailable, "busy", "Too many requests of this kind at once; try again after Retry-After seconds."},
	// The client has gone or its time is up; nobody may be there to read this.
	{context.Canceled, http.StatusServiceUnavailable, "canceled", "The request was given up."},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "timeout", "The request took too long."},
}

// problemOf maps an error to its document and sets the headers its status calls for. An error it does not know is a 500
// whose cause stays in the log.
func problemOf(err error, h http.Header) Problem {
	p := Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "Something went wrong here; it has been logged."}
	var bad *ValidationError
	if errors.As(err, &bad) {
		p = Problem{Status: http.StatusUnprocessableEntity, Code: "unacceptable", Detail: "Some values are not acceptable.", Errors: bad.Fields}
	}
	for _, known := range problems {
		if errors.Is(err, known.err) {
			p = Problem{Status: known.status, Code: known.code, Detail: known.detail}
			break
		}
	}
	p.Title = http.StatusText(p.Status)
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="identity"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
	return p
}
