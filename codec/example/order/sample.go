package order

import (
	"fmt"
	"time"
)

// Sample returns an order with escapes, text beyond ASCII, maps and floats.
func Sample() *Order {
	at := time.Date(2026, 11, 23, 6, 23, 50, 123456789, time.UTC)
	shipped := at.Add(26 * time.Hour)
	o := &Order{
		ID: 9007199254740993, Number: "2026-11-000042", Placed: at, Updated: at.Add(time.Hour), Shipped: &shipped,
		Customer: Customer{
			Name: "Zoë Müller-Ångström", Email: "zoe@example.com", Since: at.AddDate(-4, 0, 0),
			Address: &Address{"12 Rue de l'Église", "Orléans", "FR", 47.9029, 1.9039},
			Roles:   []string{"customer", "reviewer", "beta<tester>"},
		},
		Totals:     map[string]float64{"net": 1249.93, "vat": 249.99, "gross": 1499.92, "shipping": 4.9},
		Attributes: map[string]string{"channel": "web", "campaign": "black-friday", "agent": "Mozilla/5.0 (X11; Linux x86_64)"},
		Flags:      map[string]bool{"gift": true, "express": false, "fragile": true},
		Note:       "Please ring \"Müller\" 🔔 — leave at the back door\nif nobody answers. 謝謝",
		Paid:       true,
	}
	for i := range 10 {
		o.Items = append(o.Items, Item{
			SKU: fmt.Sprintf("SKU-%05d-XL", 1000+i*37), Title: "Heavy cotton shirt & matching tie, size XL, navy blue",
			Quantity: 1 + i%3, Price: 19.99 + float64(i)*7.5, Discount: float64(i%2) * 0.15,
			Tags: []string{"cotton", "navy", "sale"},
		})
	}
	return o
}
