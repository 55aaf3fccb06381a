package compat

import (
	"testing"

	"go.uber.org/goleak"
)

// fasthttp's date refresher lives as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"))
}
