// Package order shows a package of generated types; it is the document of the module's examples and benchmarks: what
// a small service sends and stores all day.
package order

import "time"

//go:generate go run ../../cmd/codecgen

// Order is about 2.4 kB as JSON.
//
//codec:json
type Order struct {
	ID         uint64             `json:"id"`
	Number     string             `json:"number"`
	Placed     time.Time          `json:"placed"`
	Updated    time.Time          `json:"updated"`
	Shipped    *time.Time         `json:"shipped,omitempty"`
	Customer   Customer           `json:"customer"`
	Items      []Item             `json:"items"`
	Totals     map[string]float64 `json:"totals"`
	Attributes map[string]string  `json:"attributes"`
	Flags      map[string]bool    `json:"flags"`
	Note       string             `json:"note,omitempty"`
	Paid       bool               `json:"paid"`
}

// Customer is who ordered.
type Customer struct {
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Since   time.Time `json:"since"`
	Address *Address  `json:"address"`
	Roles   []string  `json:"roles"`
}

// Address is where to.
type Address struct {
	Street  string  `json:"street"`
	City    string  `json:"city"`
	Country string  `json:"country"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
}

// Item is one line of an order.
type Item struct {
	SKU      string   `json:"sku"`
	Title    string   `json:"title"`
	Quantity int      `json:"quantity"`
	Price    float64  `json:"price"`
	Discount float64  `json:"discount,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}
