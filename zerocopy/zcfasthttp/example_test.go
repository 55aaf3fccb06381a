package zcfasthttp_test

import (
	"fmt"

	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/zerocopy"
	"github.com/hotpath-go/hotpath/zerocopy/zcfasthttp"
)

func ExampleReply() {
	page := zerocopy.NewBody(zerocopy.String("<h1>"), zerocopy.String("Hello</h1>"))
	var ctx fasthttp.RequestCtx
	zcfasthttp.Reply(&ctx, page)
	fmt.Println(string(ctx.Response.Body()))
	// Output: <h1>Hello</h1>
}
