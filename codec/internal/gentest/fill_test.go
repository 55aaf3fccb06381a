package gentest_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"time"
)

var sampleStrings = []string{
	"", "a", "plain ascii text", "<script>&amp;</script>", "quote\" back\\slash /", "tab\tnl\ncr\rbs\bff\fnul\x00esc\x1b\x7f",
	"grüße, 世界 🙂", "sep\u2028and\u2029", "bad\xffutf\xc0\x80", "half\xe4\xb8", "\xed\xa0\x80", "�", "exactly8", "123456789012345\"",
	"ends with escape \\", "true", "null", "12", "0123456789abcdef0123456789abcdef0123456789abcdef",
}

var sampleFloats = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.1, 19.99, 1e-6, 1e-7, 9.999999e-7, 1e20, 1e21, 1.5e300, math.MaxFloat64, math.SmallestNonzeroFloat64,
	1 << 53, 123456789.123456, 1.0 / 3, 1e15, 999999999999999.9, 0.000001, 4503599627370497.5, -52.363434, 999999999.999999,
}

var sampleNumbers = []json.Number{"", "0", "-1.5e3", "12", "x", "1e400"}

var sampleRaws = []string{"null", " { \"a\" : [1 , 2, \"<\\u0041>\"] } ", "1", `"x"`, "", "{", "\"\u2028\""}

// filler makes random values, the same for types of the same shape.
type filler struct {
	r *rand.Rand
	// clean keeps to values that encode.
	clean bool
	// decoded keeps to what decoding puts into an interface.
	decoded bool
}

func (f *filler) fill(v reflect.Value, depth int) {
	if !v.CanSet() {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case interface{ Populate(int) }:
		p.Populate(f.r.IntN(16 - f.spare()))
		return
	case *time.Time:
		zone := []*time.Location{time.UTC, time.FixedZone("", 3600*2+1800), time.FixedZone("", -3600*11)}[f.r.IntN(3)]
		*p = time.Unix(f.r.Int64N(4e9), f.r.Int64N(2)*f.r.Int64N(1e9)).In(zone)
		if f.r.IntN(4) == 0 {
			*p = time.Time{}
		}
		return
	case *json.Number:
		*p = sampleNumbers[f.r.IntN(4)]
		if !f.clean && f.r.IntN(20) == 0 {
			*p = sampleNumbers[f.r.IntN(len(sampleNumbers))]
		}
		return
	case *json.RawMessage:
		*p = json.RawMessage(sampleRaws[f.r.IntN(4)])
		if f.r.IntN(10) == 0 {
			*p = nil
		} else if !f.clean && f.r.IntN(20) == 0 {
			*p = json.RawMessage(sampleRaws[f.r.IntN(len(sampleRaws))])
		}
		return
	case *netip.Addr:
		if f.r.IntN(2) == 0 {
			*p = netip.AddrFrom4([4]byte{10, 0, 0, byte(f.r.IntN(256))})
		}
		return
	case *any:
		*p = f.any(depth)
		return
	}
	f.fillKind(v, depth)
}

// spare is how many of Populate's values are left out because they do not encode.
func (f *filler) spare() int {
	if f.clean {
		return 3
	}
	return 0
}

func (f *filler) any(depth int) any {
	if depth > 4 {
		return nil
	}
	kinds := 9
	if f.decoded {
		kinds = 6
	}
	switch f.r.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return f.r.IntN(2) == 0
	case 2:
		return sampleStrings[f.r.IntN(len(sampleStrings))]
	case 3:
		return sampleFloats[f.r.IntN(len(sampleFloats))]
	case 4:
		return map[string]any{"a": f.any(depth + 1), "<b>": f.any(depth + 1)}
	case 5:
		return []any{f.any(depth + 1), f.any(depth + 1)}
	case 6:
		return []string{"typed", "slice"}
	case 7:
		return f.r.IntN(100)
	}
	return map[string]int{"z": 1, "a": 2}
}

func (f *filler) fillKind(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.r.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n := f.r.Uint64() >> f.r.IntN(64)
		v.SetInt(reflect.ValueOf(int64(n)).Convert(v.Type()).Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n := f.r.Uint64() >> f.r.IntN(64)
		v.SetUint(reflect.ValueOf(n).Convert(v.Type()).Uint())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(f.float(v.Kind() == reflect.Float32))
	case reflect.String:
		v.SetString(sampleStrings[f.r.IntN(len(sampleStrings))])
	case reflect.Pointer:
		if depth < 5 && f.r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem(), depth+1)
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			f.fill2(field, depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Slice:
		f.slice(v, depth)
	case reflect.Map:
		f.mapping(v, depth)
	}
}

// fill2 reaches into embedded structs of unexported types, whose exported
// fields can be set although they cannot.
func (f *filler) fill2(v reflect.Value, depth int) {
	if !v.CanSet() && v.Kind() == reflect.Struct {
		for _, field := range v.Fields() {
			f.fill2(field, depth)
		}
		return
	}
	f.fill(v, depth)
}

func (f *filler) float(single bool) float64 {
	var x float64
	switch f.r.IntN(4) {
	case 0:
		x = sampleFloats[f.r.IntN(len(sampleFloats))]
	case 1:
		x = float64(f.r.IntN(1e9)) / 100
	case 2:
		x = f.r.NormFloat64()
	default:
		x = math.Float64frombits(f.r.Uint64())
	}
	if single {
		x = float64(float32(x))
	}
	if f.clean && (math.IsNaN(x) || math.IsInf(x, 0)) {
		return 1.5
	}
	return x
}

func (f *filler) slice(v reflect.Value, depth int) {
	n := f.r.IntN(5) - 1
	if depth > 5 {
		n = -1
	}
	if n < 0 {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		f.fill(v.Index(i), depth+1)
	}
}

func (f *filler) mapping(v reflect.Value, depth int) {
	n := f.r.IntN(5) - 1
	if depth > 5 {
		n = -1
	}
	if n < 0 {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := range n {
		key := reflect.New(v.Type().Key()).Elem()
		// Keys must not meet after bad UTF-8 is replaced: their order would be chance.
		if key.Kind() == reflect.String {
			key.SetString([]string{"b", "a", "<&>", "é\u2028", "zz\"\xff"}[i])
		} else {
			f.fill(key, depth)
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		f.fill(elem, depth+1)
		v.SetMapIndex(key, elem)
	}
}
