package main

import (
	"encoding/json"
	"fmt"
	"time"
)

//go:generate go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -type Orders

// Orders is what GET /orders answers with.
type Orders struct {
	Orders []struct {
		ID       uint64    `json:"id"`
		Number   string    `json:"number"`
		Placed   time.Time `json:"placed"`
		Customer struct {
			Name  string    `json:"name"`
			Email string    `json:"email"`
			Since time.Time `json:"since"`
			City  string    `json:"city"`
			Lat   float64   `json:"lat"`
			Lon   float64   `json:"lon"`
		} `json:"customer"`
		Items []struct {
			SKU      string   `json:"sku"`
			Title    string   `json:"title"`
			Quantity int      `json:"quantity"`
			Price    float64  `json:"price"`
			Tags     []string `json:"tags,omitempty"`
		} `json:"items"`
		Totals map[string]float64 `json:"totals"`
		Paid   bool               `json:"paid"`
	} `json:"orders"`
}

// plainOrders is Orders before it had generated methods.
type plainOrders Orders

// sample is a page of 20 orders, about 45 kB.
func sample() *Orders {
	var list []any
	for i := range 20 {
		var items []any
		for j := range 14 {
			items = append(items, map[string]any{"sku": fmt.Sprintf("SKU-%d-%02d", 4000+i, j), "title": fmt.Sprintf("Notebook %d, ruled & bound", j),
				"quantity": 1 + j%4, "price": float64(1999+137*j) / 100, "tags": []string{"paper", "office"}})
		}
		list = append(list, map[string]any{"id": 9000 + i, "number": fmt.Sprintf("2026-%06d", i), "placed": time.Date(2026, 11, 23, 6, i, 0, 0, time.UTC),
			"customer": map[string]any{"name": "Grace Hopper", "email": "grace@example.com", "since": time.Date(2019, 4, 1, 0, 0, 0, 0, time.UTC), "city": "Zürich", "lat": 47.3769, "lon": 8.5417},
			"items":    items, "totals": map[string]float64{"net": 340.5, "tax": 64.69, "gross": 405.19}, "paid": i%3 > 0})
	}
	text, err := json.Marshal(map[string]any{"orders": list})
	orders := new(Orders)
	if err == nil {
		err = orders.UnmarshalJSON(text)
	}
	if err != nil {
		panic(err) // the sample is our own
	}
	return orders
}
