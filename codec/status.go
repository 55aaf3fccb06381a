package codec

import (
	"errors"
	"net/http"
	"os"
)

// Status returns the HTTP status for an error of Read: 413 for a body above the
// limit, 415 for one that is not announced as JSON, 422 for well-formed JSON
// that does not fit its target (a *TypeError or *ValueError, an unknown field),
// 400 for malformed JSON, a refused duplicate key or a body that broke off, 408
// for one that did not arrive before the deadline. It is 200 for nil and 500
// for an error Read does not return.
func Status(err error) int {
	var value *ValueError
	var mistyped *TypeError
	var body *BodyError
	var cut *http.MaxBytesError // of a body that somebody else has limited
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, ErrTooLarge), errors.As(err, &cut):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrContentType):
		return http.StatusUnsupportedMediaType
	case errors.As(err, &body):
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return http.StatusRequestTimeout
		}
		return http.StatusBadRequest
	case errors.As(err, &mistyped), errors.As(err, &value), errors.Is(err, ErrUnknownField):
		return http.StatusUnprocessableEntity
	case errors.Is(err, ErrSyntax), errors.Is(err, ErrDuplicateKey):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}
