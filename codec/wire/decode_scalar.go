package wire

import "strconv"

// The methods of this file decode one value into *p; null leaves it alone. A
// pointer to a type of yours is converted: d.Int((*int)(p)).

// Int decodes a whole number.
func (d *Decoder) Int(p *int) {
	if n, ok := d.int64(strconv.IntSize); ok {
		*p = int(n)
	}
}

// Int8 decodes a whole number.
func (d *Decoder) Int8(p *int8) {
	if n, ok := d.int64(8); ok {
		*p = int8(n)
	}
}

// Int16 decodes a whole number.
func (d *Decoder) Int16(p *int16) {
	if n, ok := d.int64(16); ok {
		*p = int16(n)
	}
}

// Int32 decodes a whole number.
func (d *Decoder) Int32(p *int32) {
	if n, ok := d.int64(32); ok {
		*p = int32(n)
	}
}

// Int64 decodes a whole number.
func (d *Decoder) Int64(p *int64) {
	if n, ok := d.int64(64); ok {
		*p = n
	}
}

// Uint decodes a whole number that is not negative.
func (d *Decoder) Uint(p *uint) {
	if n, ok := d.uint64(strconv.IntSize); ok {
		*p = uint(n)
	}
}

// Uint8 decodes a whole number that is not negative.
func (d *Decoder) Uint8(p *uint8) {
	if n, ok := d.uint64(8); ok {
		*p = uint8(n)
	}
}

// Uint16 decodes a whole number that is not negative.
func (d *Decoder) Uint16(p *uint16) {
	if n, ok := d.uint64(16); ok {
		*p = uint16(n)
	}
}

// Uint32 decodes a whole number that is not negative.
func (d *Decoder) Uint32(p *uint32) {
	if n, ok := d.uint64(32); ok {
		*p = uint32(n)
	}
}

// Uint64 decodes a whole number that is not negative.
func (d *Decoder) Uint64(p *uint64) {
	if n, ok := d.uint64(64); ok {
		*p = n
	}
}

// Uintptr decodes a whole number that is not negative.
func (d *Decoder) Uintptr(p *uintptr) {
	if n, ok := d.uint64(strconv.IntSize); ok {
		*p = uintptr(n)
	}
}

// Float32 decodes a number.
func (d *Decoder) Float32(p *float32) {
	if n, ok := d.float(32); ok {
		*p = float32(n)
	}
}

// Float64 decodes a number.
func (d *Decoder) Float64(p *float64) {
	if n, ok := d.float(64); ok {
		*p = n
	}
}

// Bool decodes true or false.
func (d *Decoder) Bool(p *bool) {
	switch c := d.peek(); c {
	case 't':
		if d.literal("true") {
			*p = true
		}
	case 'f':
		if d.literal("false") {
			*p = false
		}
	default:
		d.scalarMismatch(c, "bool")
	}
}
