// Package compat tests codec under a client that it does not require itself: resty.
// What a program needs of it is in the Example, to be copied. The adapters for
// gin, echo and chi are in examples/jsonapi.
package compat
