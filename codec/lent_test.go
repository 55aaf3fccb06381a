package codec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

// own embeds a generated type, but has JSON of its own.
type own struct {
	secret int
	order.Item
}

func (o own) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `{"n":%d}`, o.secret), nil }

func (o *own) UnmarshalJSON(b []byte) error {
	o.secret = len(b)
	return nil
}

// byValue has its methods on the value, which nil is none of.
type byValue struct{ n int }

func (v byValue) AppendJSON(dst []byte) ([]byte, error) { return append(dst, '0'+byte(v.n)), nil }

func (v byValue) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil) }

// twoWays holds a generated type, which lends nothing: AppendJSON is its own.
type twoWays struct{ Item order.Item }

func (*twoWays) AppendJSON(dst []byte) ([]byte, error) { return append(dst, '1'), nil }

func (*twoWays) MarshalJSON() ([]byte, error) { return []byte("2"), nil }

// What an interface or a type parameter holds is written by its own method, not by one
// that an embedded type lends to it.
func TestHeldValues(t *testing.T) {
	for _, v := range []any{&own{secret: 3}, own{secret: 4}, (*own)(nil), &byValue{5}, (*byValue)(nil), &order.Item{SKU: "a"}, (*order.Item)(nil)} {
		want, err := json.Marshal([]any{v, map[string]any{"k": v}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := codec.Marshal(&gentest.Page[any]{Items: []any{v, map[string]any{"k": v}}})
		checkItems(t, v, got, err, want)
	}
	got, err := codec.Marshal(&gentest.Page[any]{Items: []any{&twoWays{}}})
	checkItems(t, "twoWays", got, err, []byte(`[1]`))
	got, err = codec.Marshal(&gentest.Page[own]{Items: []own{{secret: 6}}})
	checkItems(t, "own", got, err, []byte(`[{"n":6}]`))
	got, err = codec.Marshal(&gentest.Page[*own]{Items: []*own{{secret: 7}, nil}})
	checkItems(t, "*own", got, err, []byte(`[{"n":7},null]`))

	var page gentest.Page[own]
	if err := codec.DecodeString(`{"items":[{"sku":"a"}]}`, &page); err != nil || page.Items[0].secret != 11 || page.Items[0].SKU != "" {
		t.Errorf("decoded %+v, %v", page.Items, err)
	}
}

// Policies reach what takes the place of a type parameter.
func TestPoliciesOfTypeArguments(t *testing.T) {
	const doc = `{"items":[null,{"sku":"a","SKU":"b","other":1}]}`
	strict := codec.Options{UnknownFields: codec.RejectUnknownFields}
	var field *codec.FieldError
	for _, v := range []codec.Decodable{new(gentest.Page[order.Item]), new(gentest.Page[*order.Item]), new(gentest.Page[struct{ SKU string }]), new(gentest.Page[*struct{ SKU string }])} {
		if err := strict.DecodeString(doc, v); !errors.As(err, &field) || !errors.Is(err, codec.ErrUnknownField) {
			t.Errorf("%T: %v, want an unknown field", v, err)
		}
		if err := codec.DecodeString(doc, v); err != nil {
			t.Errorf("%T: %v", v, err)
		}
	}
	var page gentest.Page[*order.Item]
	if err := (codec.Options{CaseSensitive: true}).DecodeString(doc, &page); err != nil || page.Items[0] != nil || page.Items[1].SKU != "a" {
		t.Errorf("%+v, %v", page.Items, err)
	}
	kept := page.Items[1]
	if err := codec.DecodeString(`{"items":[{"sku":"c"},{"sku":"d"}]}`, &page); err != nil || page.Items[1] != kept || kept.SKU != "d" {
		t.Errorf("%+v, %v, want the same pointer", page.Items, err)
	}
}

func checkItems(t *testing.T, v any, got []byte, err error, want []byte) {
	t.Helper()
	var items struct{ Items json.RawMessage }
	if err == nil {
		err = json.Unmarshal(got, &items)
	}
	if err != nil || string(items.Items) != string(want) {
		t.Errorf("%T: %s, %v, want %s", v, items.Items, err, want)
	}
}
