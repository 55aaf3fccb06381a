package shop

// Shelf is easyjson's, and holds books.
//
//easyjson:json
type Shelf struct {
	Name  string `json:"name"`
	Books []Book `json:"books"`
	Top   *Book  `json:"top"`
}
