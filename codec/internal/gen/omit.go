package gen

import (
	"fmt"
	"go/types"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

// notEmpty returns the conditions under which omitempty lets a field through.
func (w *writer) notEmpty(x string, t types.Type) []string {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return []string{"!wire.IsEmptyValue(" + address(x) + ")"}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return []string{notZeroBasic(x, u)}
	case *types.Slice, *types.Map:
		return []string{"len(" + x + ") != 0"}
	case *types.Array:
		if u.Len() == 0 {
			return []string{"false"}
		}
	case *types.Pointer, *types.Interface:
		return []string{x + " != nil"}
	}
	return nil
}

// notZeroBasic compares a scalar. To reflect -0 is zero too.
func notZeroBasic(x string, b *types.Basic) string {
	switch info := b.Info(); {
	case info&types.IsBoolean != 0:
		return "bool(" + x + ")"
	case info&types.IsString != 0:
		return x + ` != ""`
	}
	return x + " != 0"
}

// maxEqual is the size up to which reflect compares a comparable struct or
// array as a whole, so that == means the same as its IsZero.
const maxEqual = 1024

// notZero returns the condition under which omitzero lets a field through: by
// its IsZero method if it has one, else as reflect.Value.IsZero sees it.
func (w *writer) notZero(x string, t types.Type) string {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return "!wire.IsZeroValue(" + address(x) + ")"
	}
	_, isPointer := types.Unalias(t).(*types.Pointer)
	own := hasMethod(t, "IsZero", "func()(bool)")
	switch u := t.Underlying().(type) {
	case *types.Interface:
		if !own {
			return x + " != nil"
		}
	case *types.Pointer:
		if own && isPointer {
			return fmt.Sprintf("%s != nil && !%[1]s.IsZero()", x)
		}
		return x + " != nil"
	default:
		if own {
			return "!" + x + ".IsZero()"
		}
		switch u := u.(type) {
		case *types.Basic:
			return notZeroBasic(x, u)
		case *types.Slice, *types.Map:
			return x + " != nil"
		}
		if !mentionsParam(t) && types.Comparable(t) && types.SizesFor("gc", "amd64").Sizeof(t) <= maxEqual {
			return "!wire.IsZero(" + x + ")"
		}
	}
	return "!wire.IsZeroValue(" + address(x) + ")"
}

// mentionsParam reports whether t, a struct or array, holds an open type.
func mentionsParam(t types.Type) bool {
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Array:
		return mentionsParam(u.Elem())
	case *types.Struct:
		for v := range u.Fields() {
			if mentionsParam(v.Type()) {
				return true
			}
		}
	}
	return false
}
