// Package option reads the fields of an Options: zero means the default, and what makes no sense is refused by name.
package option

import "fmt"

// Of returns what o points to, the zero Options for nil.
func Of[T any](o *T) (v T) {
	if o != nil {
		v = *o
	}
	return v
}

// Or returns v, or preset for zero. It panics with Check's text for a negative v.
func Or[T ~int | ~int64](field string, v, preset T) T {
	if err := Check(field, v); err != nil {
		panic(err.Error())
	}
	if v == 0 {
		return preset
	}
	return v
}

// Check returns an error for a negative v. field is the whole name, such as "limit: BodyOptions.Max".
func Check[T ~int | ~int64](field string, v T) error {
	if v < 0 {
		return fmt.Errorf("%s is %v: give a positive one, or 0 for the default", field, v)
	}
	return nil
}
