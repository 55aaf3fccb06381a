package plain

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"time"
)

// Composites has containers in containers.
//
//codec:json
type Composites struct {
	Ints      []int
	Strings   []string
	Structs   []Small
	Ptrs      []*Small
	Nested    [][]float64
	Array     [3]int
	Smalls    [2]Small
	Octets    [4]byte
	Map       map[string]int
	Named     map[Name]Small
	ByInt     map[int]string
	ByInt8    map[int8]bool
	ByUint    map[uint16][]string
	MapPtr    map[string]*Small
	MapMap    map[string]map[string]float64
	MapAny    map[string]any
	Ptr       *Small
	PtrPtr    **int
	PtrSlice  *[]int
	PtrTime   *time.Time
	Slice     []any
	Anonymous struct {
		X, Y int
		In   struct{ Z *string }
	}
	List      []struct{ K, V string }
	Raws      []json.RawMessage
	Times     map[string]time.Time
	Tags      Tags
	Generic   Pair[int, string]
	Generics  []Pair[Name, []Small]
	Foreign   url.Userinfo
	Addr      netip.Addr
	AddrPtr   *netip.Addr
	Addrs     []netip.Addr
	Self      *Composites `json:"self,omitempty"`
	Color     Color
	ColorPtr  *Color
	Upper     Upper
	UpperPtr  *Upper
	Uppers    map[string]*Upper
	OnlyOut   OnlyOut
	TextBytes TextBytes
	Voids     []struct{}
}

// Tags is a named slice.
type Tags []string

// Pair is generic: its instances are written where they are used.
type Pair[A, B any] struct {
	First  A `json:"first"`
	Second B `json:"second,omitempty"`
}

// Users is a slice with methods of its own.
//
//codec:json
type Users []Small

// Dict is a map with methods of its own.
//
//codec:json
type Dict map[string]*Tree

// Count, Words and Labels have methods of their own and are no structs.
type (
	// Count is a number.
	//
	//codec:json
	Count int
	// Words is a list.
	//
	//codec:json
	Words []string
	// Labels is a map.
	//
	//codec:json
	Labels map[string]string
)

// Tree contains itself.
type Tree struct {
	Value int     `json:"v"`
	Left  *Tree   `json:"l,omitempty"`
	Kids  []Tree  `json:"kids,omitempty"`
	Other *Forest `json:"o,omitempty"`
}

// Forest and Tree contain each other.
type Forest struct {
	Trees map[string]Tree
	Meta  any `json:",omitempty"`
}

// Empty has no fields to speak of.
//
//codec:json
type Empty struct{ hidden int }

// String keeps the unexported field in use.
func (e Empty) String() string { return string(rune('0' + e.hidden)) }
