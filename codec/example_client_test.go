package codec_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/hotpath-go/hotpath/codec"
)

// An http.Client sends a body whose length is known, and reads the answer within a
// bound of its own: what Read does for a server.
func Example_client() {
	srv := httptest.NewServer(http.HandlerFunc(addItem))
	defer srv.Close()

	body, err := codec.Marshal(&Item{SKU: "A1", Quantity: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := srv.Client().Post(srv.URL, "application/json", bytes.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		fmt.Println(err)
		return
	}
	var item Item
	err = codec.Decode(answer, &item)
	fmt.Println(res.StatusCode, item.Quantity, err)
	// Output: 201 2 <nil>
}
