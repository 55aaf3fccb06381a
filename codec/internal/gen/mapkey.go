package gen

import "go/types"

const (
	marshalText   = "func()([]byte,error)"
	unmarshalText = "func([]byte)(error)"
)

// encodeKey returns which of the runtime's key functions writes m's keys, in
// the order of encoding/json's resolveKeyName: strings stay what they are.
func (w *writer) encodeKey(m *types.Map) string {
	key := m.Key()
	k := underlyingKind(key)
	if k != kString && hasMethod(key, "MarshalText", marshalText) && !onPointer(key, "MarshalText") {
		return w.textKey(key)
	}
	return w.basicKey(key, k)
}

// textKey: which of two texts names the key first is more than v2's rules are worth.
func (w *writer) textKey(key types.Type) string {
	if w.gen.v2 {
		w.fail("map key %s has text methods, which is not supported with -v2", key)
	}
	return "Text"
}

// decodeKey is encodeKey for reading, where text methods come first.
func (w *writer) decodeKey(m *types.Map) string {
	key := m.Key()
	_, isPointer := key.Underlying().(*types.Pointer)
	_, isInterface := key.Underlying().(*types.Interface)
	if !isPointer && !isInterface && hasMethod(key, "UnmarshalText", unmarshalText) {
		return w.textKey(key)
	}
	return w.basicKey(key, underlyingKind(key))
}

func (w *writer) basicKey(key types.Type, k kind) string {
	switch k {
	case kString:
		return ""
	case kInt:
		return "Int"
	case kUint:
		return "Uint"
	}
	w.fail("map key %s is neither a string nor an integer, nor does it have text methods both ways", key)
	return ""
}
