package easyjson_test

import (
	"fmt"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/easyjson"
	"github.com/hotpath-go/hotpath/codec/easyjson/example/shop"
)

func ExampleOf() {
	s := shop.Shelf{Name: "new", Books: []shop.Book{}}
	out, err := codec.Marshal(easyjson.Of(&s))
	fmt.Println(string(out), err)
	// Output: {"name":"new","books":[],"top":null} <nil>
}

func ExampleInto() {
	var s shop.Shelf
	err := codec.Decode([]byte(`{"name": "new", "books": [{"title": "Go"}]}`), easyjson.Into(&s))
	fmt.Println(s.Name, s.Books[0].Title, err)
	// Output: new Go <nil>
}

func ExampleEncoder() {
	buf, err := codec.Append([]byte("> "), easyjson.Of(&shop.Shelf{}))
	fmt.Println(string(buf), err)
	// Output: > {"name":"","books":null,"top":null} <nil>
}

func ExampleDecoder() {
	var s shop.Shelf
	err := codec.Options{DuplicateKeys: codec.RejectDuplicates}.Decode([]byte(`{"name": "a", "name": "b"}`), easyjson.Into(&s))
	fmt.Println(err)
	// Output: codec: duplicate key: $.name
}
