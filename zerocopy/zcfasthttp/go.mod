module github.com/hotpath-go/hotpath/zerocopy/zcfasthttp

go 1.26.0

require (
	github.com/hotpath-go/hotpath/zerocopy v0.1.0
	github.com/valyala/fasthttp v1.77.0
	go.uber.org/goleak v1.3.0
)

require (
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/molecule-man/go-brrr v1.3.0 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/hotpath-go/hotpath/zerocopy => ..
