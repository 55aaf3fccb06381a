package codec_test

import (
	"fmt"
	"io"
	"strings"

	"github.com/hotpath-go/hotpath/codec"
)

func ExampleStream() {
	s := codec.Stream{R: strings.NewReader(`[{"sku": "A-1", "quantity": 2}, {"sku": "B-7"}]`), Array: true}
	for {
		var item Item
		if err := s.Next(&item); err == io.EOF {
			return
		} else if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(item.SKU, item.Quantity)
	}
	// Output:
	// A-1 2
	// B-7 0
}
