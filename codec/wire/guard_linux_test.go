package wire_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/wire"
)

// Words and vectors read nothing outside of what they are given: strings and documents
// lie at both ends of a page between two that must not be touched.
func TestNothingOutsideIsRead(t *testing.T) {
	page := os.Getpagesize()
	all, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Munmap(all) }()
	for _, guard := range [][]byte{all[:page], all[2*page:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	open := all[page : 2*page]
	for _, text := range []string{strings.Repeat("x", 110), strings.Repeat("é", 55), strings.Repeat("世", 37), strings.Repeat("x", 31) + "世世&世x" + strings.Repeat("ü", 30)} {
		for n := 1; n < len(text); n++ {
			for _, at := range [][]byte{open[:n], open[page-n:]} {
				copy(at, text)
				// Rule: the page outlives the string, and is not written to meanwhile.
				checkAgainstStandard(t, unsafe.String(&at[0], n))
				copy(at, `{"a":"`+text)
				checkTruncated(at)
				copy(at, "[[-1234567.8901234567e-1234567890")
				checkTruncated(at)
			}
		}
	}
}

// checkTruncated decodes a document for what it must not do.
func checkTruncated(doc []byte) {
	var a anything
	_ = codec.Decode(doc, &a)
	_ = wire.Validate(doc)
}

type anything struct{ v any }

func (a *anything) DecodeJSON(d *codec.Decoder) { d.Any(&a.v) }
