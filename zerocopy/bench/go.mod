module github.com/hotpath-go/hotpath/zerocopy/bench

go 1.26.0

require golang.org/x/sys v0.49.0

replace github.com/hotpath-go/hotpath/zerocopy => ..
