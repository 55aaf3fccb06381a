package gentest_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
	"github.com/hotpath-go/hotpath/codec/internal/gentest/plain"
)

// moderns are the types generated with -v2.
var moderns = []pair{
	{func() generated { return new(gentest.Modern) }, func() any { return new(plain.Modern) }},
	{func() generated { return new(gentest.ModernOmit) }, func() any { return new(plain.ModernOmit) }},
	{func() generated { return new(gentest.ModernString) }, func() any { return new(plain.ModernString) }},
	{func() generated { return new(gentest.ModernOuter) }, func() any { return new(plain.ModernOuter) }},
	{func() generated { return new(gentest.ModernTree) }, func() any { return new(plain.ModernTree) }},
	{func() generated { return new(gentest.ModernList) }, func() any { return new(plain.ModernList) }},
	{func() generated { return new(gentest.ModernDict) }, func() any { return new(plain.ModernDict) }},
	{func() generated { return new(gentest.ModernBytes) }, func() any { return new(plain.ModernBytes) }},
}

// modernCases hold in every build: a document, and what the value decoded from
// it is written as, or "" where the document is refused. Where the build has
// encoding/json/v2, that package is asked for the same.
var modernCases = map[string][][2]string{
	"ModernOuter": {
		{`{"id":1,"shadow":"s","both":"b","Reach":"r","named":{},"S":"in"}`, `{"id":1,"Reach":"r","named":{"a":0,"b":null},"S":"in","shadow":"s"}`},
		{`{"ID":1}`, `{"id":0,"Reach":"","named":{"a":0,"b":null},"shadow":""}`},
		{`{"id":1,"id":2}`, ``},
		{`{"x":1,"x":2}`, ``},
		{`{"x":{"y":1,"\u0079":2}}`, ``},
		{"{\"shadow\":\"\xff\"}", ``},
		{`{"shadow":"\ud800"}`, ``},
		{"{\"shadow\":\"<\u2028&\x7f\"}", "{\"id\":0,\"Reach\":\"\",\"named\":{\"a\":0,\"b\":null},\"shadow\":\"<\u2028&\x7f\"}"},
	},
	"ModernString": {
		{`{"Int":"5","List":["1","-2"],"Deep":{"3":["4",null]}}`, `{"Int":"5","Int8":"0","Uint16":"0","F32":"0","F64":"0","List":["1","-2"],"Array":["0","0"],"Map":{},"Deep":{"3":["4",null]},"Bool":false,"String":"","Texts":[],"Bytes":"","Time":"0001-01-01T00:00:00Z"}`},
		{`{"Int":5}`, ``}, {`{"Int":"007"}`, ``}, {`{"Int":" 5"}`, ``}, {`{"Int":"null"}`, ``}, {`{"Int":"1.0"}`, ``}, {`{"Int8":"128"}`, ``}, {`{"Uint16":"65536"}`, ``}, {`{"Uint16":"-0"}`, ``}, {`{"F64":"0x1p4"}`, ``}, {`{"F64":"1e999"}`, ``},
		{`{"Bool":"true"}`, ``}, {`{"String":5}`, ``}, {`{"List":[1]}`, ``}, {`{"Deep":{"03":[]}}`, ``}, {`{"Int":"5","Int":"5"}`, ``},
	},
	"ModernOmit": {
		{`{}`, `{"Bool":false,"Int":0,"Float":0,"Array":"AAA=","Part":{"a":0,"b":null},"Time":"0001-01-01T00:00:00Z","Color":{"<rgb>":[0]},"Upper":"<","Number":0,"Units":"0s"}`},
		{`{"Ptr":"","PtrList":[],"Any":{},"Both":[],"ZInts":[],"Empty":{},"Raw":[ ],"Bytes":"","Units":"1m0.5s"}`, `{"Bool":false,"Int":0,"Float":0,"Array":"AAA=","Part":{"a":0,"b":null},"Time":"0001-01-01T00:00:00Z","Color":{"<rgb>":[0]},"Upper":"<","Number":0,"Units":"1m0.5s","ZInts":[]}`},
		{`{"Units":60}`, ``}, {`{"Units":"1"}`, ``}, {`{"Array":"AAAA"}`, ``}, {`{"Array":[0,0]}`, ``},
	},
	"ModernTree": {
		{`{"v":1,"kids":null}`, `{"v":1,"kids":[]}`},
		{`{"v":1,"kids":[{"v":2,"kids":[null]}],"any":[1,{"b":null,"a":[]}]}`, `{"v":1,"kids":[{"v":2,"kids":[null]}],"any":[1,{"a":[],"b":null}]}`},
	},
	"ModernList":  {{`null`, `[]`}, {`[{"a":1,"b":"x","C":[],"d":{}},null]`, `[{"a":1,"b":"x","C":[]},{"a":0,"b":null}]`}, {`{}`, ``}},
	"ModernDict":  {{`null`, `{}`}, {`{"b":null,"a":["x"]}`, `{"a":["x"],"b":[]}`}, {`{"a":[],"a":[]}`, ``}},
	"ModernBytes": {{`"AAECAwQF"`, `"AAECAwQF"`}, {`null`, `"AAAAAAAA"`}, {`"AAEC"`, ``}, {`"AAEC\nAwQF"`, ``}, {`[0,1,2,3,4,5]`, ``}},
	"Modern": {
		{`{"Grid":[[1,2]]}`, ``}, {`{"Grid":[[1],[2,3]]}`, ``}, {`{"Bytes":"aGk"}`, ``}, {`{"Bytes":[1]}`, ``}, {`{"Octets":"aGk="}`, ``}, {`{"ByInt":{"01":"x"}}`, ``}, {`{"ByInt":{"0":"x","-0":"y"}}`, ``},
		{`{"ByInt":{"128":"x"}}`, ``}, {`{"ByUint":{"-1":{}}}`, ``}, {`{"nano":1e3}`, ``}, {`{"Any":{"a":1,"a":1}}`, ``}, {`{"Raw":{"a":1,"a":1}}`, ``},
	},
}

func TestModern(t *testing.T) {
	for _, p := range moderns {
		for _, c := range modernCases[p.name()] {
			v := p.ours()
			err := codec.Decode([]byte(c[0]), v)
			if (err != nil) != (c[1] == "") {
				t.Errorf("%s of %s: error %v", p.name(), c[0], err)
			}
			if err != nil {
				continue
			}
			if got, err := codec.Append(nil, v); err != nil || string(got) != c[1] {
				t.Errorf("%s of %s: %v\n got %s\nwant %s", p.name(), c[0], err, got, c[1])
			}
		}
	}
}

// The policies of v2 hold inside its types only, and those of the call come back.
func TestModernPolicies(t *testing.T) {
	const twice = `[{"a":1,"a":2}]`
	if err := codec.Decode([]byte(twice), new(gentest.ModernList)); err == nil {
		t.Error("a duplicate key was accepted")
	}
	var o codec.Options
	o.UnknownFields = codec.RejectUnknownFields
	if err := o.Decode([]byte(`[{"z":1}]`), new(gentest.ModernList)); err == nil {
		t.Error("an unknown field was accepted")
	}
	// v1 around it.
	var v struct{ gentest.ModernDict }
	var u gentest.Users
	if err := codec.Decode([]byte(`[{"A":1,"a":2}]`), &u); err != nil {
		t.Error(err)
	}
	if err := codec.Decode([]byte(`{"k":["x"]}`), &v.ModernDict); err != nil {
		t.Error(err)
	}
}

// What a used target held is merged or cleared as v2 does it.
func TestModernUsed(t *testing.T) {
	v := &gentest.Modern{
		Int: 5, Parts: []gentest.ModernPart{{A: 1, C: []int{1}}, {A: 2}}, MapPtr: map[string]*gentest.ModernPart{"k": {A: 3}},
		MapMap: map[string]map[string]int{"m": {"x": 1}}, Any: map[string]any{"old": 1.0}, Ptr: new(int),
	}
	doc := `{"Int":null,"Parts":[{"b":"y"}],"MapPtr":{"k":{"C":[4]}},"MapMap":{"m":{"y":2}},"Any":{"new":2},"Ptr":null}`
	if err := codec.Decode([]byte(doc), v); err != nil {
		t.Fatal(err)
	}
	y := "y"
	want := &gentest.Modern{
		Parts: []gentest.ModernPart{{B: &y}}, MapPtr: map[string]*gentest.ModernPart{"k": {A: 3, C: []int{4}}},
		MapMap: map[string]map[string]int{"m": {"x": 1, "y": 2}}, Any: map[string]any{"old": 1.0, "new": 2.0},
	}
	if s := differ("", reflect.ValueOf(v), reflect.ValueOf(want)); s != "" {
		t.Error(s)
	}
	var held gentest.ModernTree
	held.Any = 1.5
	if err := codec.Decode([]byte(`{"any":"x"}`), &held); err == nil || !strings.Contains(err.Error(), "string") {
		t.Errorf("a string into an interface that holds a float64: %v", err)
	}
}
