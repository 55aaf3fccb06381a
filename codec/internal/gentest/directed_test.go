package gentest_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
	"github.com/hotpath-go/hotpath/codec/internal/gentest/plain"
)

// Documents that chance meets too seldom, for the type they are aimed at.
var directed = map[string][]string{
	"Scalars": {
		`{"Number":"x"}`, `{"Number":"12"}`, `{"Number":""}`, `{"Number":true}`, `{"Number":null}`, `{"Number":[]}`, `{"Number":-0.5e+7}`,
		`{"int8":127}`, `{"int8":128}`, `{"int8":-128}`, `{"int8":-129}`, `{"Uint8":255}`, `{"Uint8":256}`, `{"Uint8":-1}`, `{"Uint":-0}`,
		`{"Int64":9223372036854775807}`, `{"Int64":9223372036854775808}`, `{"Int64":-9223372036854775808}`, `{"Uint64":18446744073709551615}`, `{"Uint64":18446744073709551616}`,
		`{"Float32":3.5e38}`, `{"Float32":3.4e38}`, `{"Float64":1e309}`, `{"Float32":1e-50}`, `{"Any":1e309}`, `{"Any":[1e309,2]}`,
		`{"Bytes":"aGk="}`, `{"Bytes":"aGk"}`, `{"Bytes":"a\nGk="}`, `{"Bytes":[1,2,300]}`, `{"Bytes":[]}`, `{"Bytes":""}`, `{"Bytes":null}`, `{"Blob":[null,1]}`, `{"Bytes":{}}`,
		`{"Time":"2026-11-23T06:23:50Z"}`, `{"Time":"2026-11-23T06:23:50,5Z"}`, `{"Time":"2026-13-23T06:23:50Z"}`, `{"Time":null}`, `{"Time":1}`, `{"Time":""}`,
		`{"Raw":null}`, `{"Raw": [ 1 ] }`, `{"Raw":"` + "\xff" + `"}`, `{"Dash":1}`, `{"-":"x"}`, `{"BadTag":"x"}`, `{"a\"b":"x"}`, `{"Hidden":"x"}`, `{"private":1}`,
		`{"s<&>é":"x"}`, `{"S<&>É":"x"}`, `{"\u0073\u003c&>é":"x"}`, `{"BOOL":true,"bool":false}`, `{"Flag":"true"}`, `{"Level":1.5}`,
	},
	"Quoted": {
		`{"int":"5"}`, `{"int":5}`, `{"int":"007"}`, `{"int":"-0"}`, `{"int":"+5"}`, `{"int":" 5"}`, `{"int":""}`, `{"int":"null"}`, `{"int":null}`, `{"int":"nope"}`, `{"int":"true"}`,
		`{"int":"\"5\""}`, `{"int":"\"5"}`, `{"int":[]}`, `{"Int8":"128"}`, `{"Uint":"-1"}`, `{"Uint16":"65536"}`, `{"Float64":"0x1p4"}`, `{"Float64":"-Inf"}`, `{"Float64":"1e999"}`, `{"Float32":"1e39"}`,
		`{"Float64":"Inf"}`, `{"Float64":"1_0"}`, `{"Bool":"true"}`, `{"Bool":"tru"}`, `{"Bool":"false"}`, `{"Bool":"f"}`, `{"Bool":"1"}`, `{"Bool":"\"x\""}`, `{"Bool":true}`,
		`{"String":"\"x\""}`, `{"String":"x"}`, `{"String":"\"x"}`, `{"String":"\"\\u0041\""}`, `{"String":"\"\\x\""}`, `{"String":"5"}`, `{"String":"true"}`, `{"String":"\"a\" "}`, `{"String":"null"}`,
		`{"String":"\"\\'\""}`, `{"String":"'x'"}`, `{"Number":"\"5\" "}`, `{"Number":"5 "}`, `{"int":"5 "}`, `{"Bool":"true "}`, `{"Number":"5"}`, `{"Number":"\"5\""}`, `{"Number":"\"x\""}`, `{"Number":"5x"}`, `{"Number":"true"}`, `{"Number":"x"}`,
		`{"PInt":"5"}`, `{"PInt":"null"}`, `{"PInt":null}`, `{"PInt":"x"}`, `{"PInt":""}`, `{"PInt":"nope"}`, `{"PInt":1e400,"int":-1e400,"Bool":true}`, `{"PString":"\"x\""}`, `{"PString":"null"}`, `{"Slice":["1"]}`, `{"Slice":"1"}`,
	},
	"Composites": {
		`{"ByInt8":{"300":true,"1":true}}`, `{"ByInt8":{"-128":true,"-129":false}}`, `{"ByInt":{"1.0":"x"}}`, `{"ByInt":{"":"x"}}`, `{"ByUint":{"65536":["x"],"-1":[]}}`, `{"ByUint":{"007":["x"]}}`,
		`{"Map":{"a":1,"a":"x"}}`, `{"Map":null}`, `{"Map":[]}`, `{"MapPtr":{"a":null}}`, `{"Array":[1]}`, `{"Array":[1,2,3,4,"x"]}`, `{"Array":null}`, `{"Octets":"AAAA"}`, `{"Octets":[1,2]}`,
		`{"Ints":[]}`, `{"Ints":[1,"x",3]}`, `{"Structs":[{"a":1},null,{"B":"x"}]}`, `{"PtrPtr":1}`, `{"PtrPtr":null}`, `{"PtrSlice":null}`, `{"PtrSlice":[1]}`, `{"PtrTime":null}`,
		`{"Color":null}`, `{"ColorPtr":null}`, `{"Color":{"bad":1}}`, `{"Upper":null}`, `{"Upper":"x"}`, `{"Upper":"!"}`, `{"Upper":1}`, `{"Upper":{}}`, `{"UpperPtr":null}`, `{"UpperPtr":"x"}`, `{"Uppers":{"a":"x","b":null}}`,
		`{"TextBytes":null}`, `{"TextBytes":"x"}`, `{"TextBytes":[1]}`, `{"OnlyOut":{"N":3}}`, `{"OnlyOut":3}`, `{"Addr":"::1"}`, `{"Addr":"x"}`, `{"Addr":""}`, `{"Generic":{"first":1,"SECOND":"x"}}`,
		`{"Voids":[{},{"a":1},null]}`, `{"Anonymous":{"X":1,"In":{"Z":"x"}}}`, `{"self":{"self":{"Ints":[1]}}}`, `{"Foreign":{}}`, `{"Slice":[1,"x",null,{"a":[]}]}`,
	},
	"Embedding":    {`{"id":1,"name":"x","Depth":2,"note":"n","Own":"o","Inside":3,"Both":"b","Both2":"c","Level2":4,"small":{"a":1},"ID":5}`, `{"Depth":null}`, `{"ID":7}`, `{"iD":7}`},
	"EmbedPrivate": {`{"Reach":"x","A":1}`, `{"A":1,"reach":null}`},
	"Folding":      {`{"Name":1}`, `{"NAME":1}`, `{"name":1}`, `{"nAME":1}`, "{\"\u212aelvin\":1}", `{"STRASSE":1}`, `{"straſe":1}`, `{"STRAßE":1}`, `{"STRAẞE":1}`},
	"Tagged":       {`{"N":1}`, `{"X":1}`},
	"Twice":        {`{"Depth":1,"Z":2}`},
	"Keys": {
		`{"Points":{"1<2":3}}`, `{"Points":{"1\u003c2":3,"x":4}}`, `{"Points":{"x":{}}}`, `{"Points":{"1<2":"x","3<4":5}}`, `{"Addrs":{"::1":["a"],"":[]}}`, `{"Addrs":{"x":[]}}`,
		`{"Times":{"2026-11-23T06:23:50Z":"a"}}`, `{"Times":{"\u0032026-11-23T06:23:50Z":"a"}}`, `{"Times":{"null":"a"}}`, `{"Times":{"x":"a"}}`,
		`{"Names":{"a":1,"b":null}}`, `{"Counts":{"#1f":{"a":1},"2":null}}`, `{"Counts":{"#":null}}`, `{"Half":{"5":1,"x":2,"6":3}}`, `{"Half":{"#5":1}}`, `{"Points":null}`, `{"Points":[]}`, `{"Points":{"1<2":3`,
	},
	"Interfaces": {
		`{"Labeled":null}`, `{"Labeled":{"name":"x"}}`, `{"Labeled":"x"}`, `{"List":[null]}`, `{"List":[null,{"name":"q"},{"name":"r"}]}`, `{"List":["x"]}`, `{"ByName":{"a":null}}`, `{"ByName":{"a":{"name":"n"}}}`,
		`{"Anything":{"a":[1]}}`, `{"Anything":"x"}`, `{"Anything":null}`, `{"Marshaler":null}`, `{"Marshaler":1}`, `{"Text":"x"}`, `{"Text":null}`, `{"Stringer":1}`,
	},
	"Pages": {
		`{"Bytes":{"items":"AQI="}}`, `{"Bytes":{"items":[1,2]}}`, `{"Octets":{"items":"AQI=","first":3}}`, `{"Strings":{"items":["a",null,1]}}`, `{"Strings":{"maybe":"x","by_key":{"a":"b"},"two":["x"],"next":{"first":"y"}}}`,
		`{"Colors":{"first":{"bad":1}}}`, `{"Uppers":{"items":["a",null,"!"]}}`, `{"Smalls":{"items":[{"a":1},{"A":2}],"zero":{"b":"x"}}}`, `{"Ptrs":{"items":[{"a":1},null],"first":null,"by_key":{"k":{"a":1}}}}`,
		`{"Ptrs":{"first":{"a":5}}}`, `{"Ints":{"items":[1.5],"first":2}}`, `{"Anys":{"items":[1,"x",null],"first":{"a":1}}}`, `{"Nested":{"items":[{"items":["x"]}]}}`, `{"Counted":{"Key":3,"Value":["a"],"Pair":{"first":1,"second":[]}}}`,
	},
	"Octets": {`{"Plain":"AQI="}`, `{"Plain":[1,2,300]}`, `{"Nested":["AQI=",null,[1]]}`, `{"Array":[1,2]}`, `{"Array":"AQI="}`},
	"Count":  {`1`, `null`, `"x"`, `1.5`},
	"Words":  {`["a",null]`, `null`, `[1]`, `{}`},
	"Labels": {`{"a":"b"}`, `null`, `{"a":1}`, `[]`},
	"Users":  {`null`, `[]`, `[{"a":1}]`, `{}`, `[null]`},
	"Dict":   {`null`, `{}`, `{"x":null}`, `{"x":{"v":1,"kids":[{"v":2}]}}`, `[]`},
}

// Values that chance does not put into an interface.
func TestOmittedInterfaces(t *testing.T) {
	when := time.Unix(1, 0).UTC()
	for _, z := range []interface{ IsZero() bool }{nil, time.Time{}, when, &when, (*time.Time)(nil)} {
		want, err := json.Marshal(&plain.Omit{ZWhole: z, ZError: errors.New("x")})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := codec.Append(nil, &gentest.Omit{ZWhole: z, ZError: errors.New("x")}); err != nil || string(got) != string(want) {
			t.Errorf("%T: %s, %v, want %s", z, got, err, want)
		}
	}
}

func TestDirected(t *testing.T) {
	for _, p := range pairs {
		for _, doc := range directed[p.name()] {
			checkDecode(t, p, 0, []byte(doc))
			for seed := range uint64(4) {
				checkDecode(t, p, 2*seed+1, []byte(doc))
			}
		}
	}
}
