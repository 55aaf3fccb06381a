package gentest_test

import (
	"fmt"
	"math"
	"reflect"
)

// differ compares values of types of the same shape, unexported fields
// included, and returns where they differ, or "".
func differ(path string, a, b reflect.Value) string {
	if a.Kind() != b.Kind() {
		return fmt.Sprintf("%s: kind %v, want %v", path, a.Kind(), b.Kind())
	}
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if s := differ(path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i)); s != "" {
				return s
			}
		}
		return ""
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return differIf(path, a.IsNil() != b.IsNil(), a.IsNil(), b.IsNil())
		}
		return differ(path+"*", a.Elem(), b.Elem())
	case reflect.Slice:
		if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
			return fmt.Sprintf("%s: len %d nil %v, want len %d nil %v", path, a.Len(), a.IsNil(), b.Len(), b.IsNil())
		}
		return differElems(path, a, b)
	case reflect.Array:
		return differElems(path, a, b)
	case reflect.Map:
		return differMaps(path, a, b)
	}
	return differScalars(path, a, b)
}

func differElems(path string, a, b reflect.Value) string {
	for i := range a.Len() {
		if s := differ(fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i)); s != "" {
			return s
		}
	}
	return ""
}

func differMaps(path string, a, b reflect.Value) string {
	if a.IsNil() != b.IsNil() || a.Len() != b.Len() {
		return fmt.Sprintf("%s: len %d nil %v, want len %d nil %v", path, a.Len(), a.IsNil(), b.Len(), b.IsNil())
	}
	for _, k := range b.MapKeys() {
		e := a.MapIndex(k.Convert(a.Type().Key()))
		if !e.IsValid() {
			e = elemByText(a, k)
		}
		if !e.IsValid() {
			return fmt.Sprintf("%s: no key %v", path, k)
		}
		if s := differ(fmt.Sprintf("%s[%v]", path, k), e, b.MapIndex(k)); s != "" {
			return s
		}
	}
	return ""
}

// elemByText finds the element of a key that holds pointers, such as a time's
// zone: equal to the eye, not to ==.
func elemByText(m, key reflect.Value) reflect.Value {
	for _, k := range m.MapKeys() {
		if fmt.Sprint(k) == fmt.Sprint(key) {
			return m.MapIndex(k)
		}
	}
	return reflect.Value{}
}

func differScalars(path string, a, b reflect.Value) string {
	switch a.Kind() {
	case reflect.Bool:
		return differIf(path, a.Bool() != b.Bool(), a, b)
	case reflect.String:
		return differIf(path, a.String() != b.String(), a.String(), b.String())
	case reflect.Float32, reflect.Float64:
		return differIf(path, math.Float64bits(a.Float()) != math.Float64bits(b.Float()), a.Float(), b.Float())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return differIf(path, a.Int() != b.Int(), a.Int(), b.Int())
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return ""
	}
	return differIf(path, a.Uint() != b.Uint(), a.Uint(), b.Uint())
}

func differIf(path string, cond bool, got, want any) string {
	if !cond {
		return ""
	}
	return fmt.Sprintf("%s: got %v, want %v", path, got, want)
}
