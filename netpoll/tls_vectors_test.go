package netpoll

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The application records of RFC 8448, 3, one direction after the other. The plaintext of the first is a ticket.
func TestRecordsOfRFC8448(t *testing.T) {
	fifty := make([]byte, 50)
	for i := range fifty {
		fifty[i] = byte(i)
	}
	goodbye := []byte{alertWarning, 0}
	for _, side := range []struct {
		name, secret, key, iv string
		records               []struct {
			typ    byte
			data   []byte
			sealed string
		}
	}{
		{"server", "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643",
			"9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984", []struct {
				typ    byte
				data   []byte
				sealed string
			}{
				{typeHandshake, nil, "17030300de3a6b8f90414a97d6959c3487680de5134a2b240e6cffac116e95d41d6af8f6b580dcf3d11d63c758db289a015940252f55713e061dc13e078891a38efbcf5753ad8ef170ad3c7353d16d9da773b9ca7f2b9fa1b6c0d4a3d03f75e09c30ba1e62972ac46f75f7b981be63439b2999ce13064615139891d5e4c5b406f16e3fc181a77ca475840025db2f0a77f81b5ab05b94c01346755f69232c86519d86cbeeac87aac347d143f9605d64f650db4d023e70e952ca49fe5137121c74bc2697687e248746d6df353005f3bce18696129c8153556b3b6c6779b37bf15985684f"},
				{typeData, fifty, "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d"},
				{typeAlert, goodbye, "1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9"},
			}},
		{"client", "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5",
			"17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9", []struct {
				typ    byte
				data   []byte
				sealed string
			}{
				{typeData, fifty, "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4"},
				{typeAlert, goodbye, "1703030013c9872760655666b74d7ff1153efd6db6d0b0e3"},
			}},
	} {
		var in, out traffic
		in.begin(aes128, unhex(t, side.secret))
		out.begin(aes128, unhex(t, side.secret))
		if got := hex.EncodeToString(in.key[:16]); got != side.key {
			t.Errorf("%s: key %s, want %s", side.name, got, side.key)
		}
		if got := hex.EncodeToString(in.iv[:]); got != side.iv {
			t.Errorf("%s: iv %s, want %s", side.name, got, side.iv)
		}
		for i, r := range side.records {
			inner, ok := in.open(aes128, unhex(t, r.sealed))
			typ, data, ok2 := strip(inner)
			if !ok || !ok2 || typ != r.typ || r.data != nil && !bytes.Equal(data, r.data) {
				t.Errorf("%s: record %d opened as %v %d %x", side.name, i, ok, typ, data)
			}
			if got := out.seal(aes128, nil, typ, data); hex.EncodeToString(got) != r.sealed {
				t.Errorf("%s: record %d sealed as %x, want %s", side.name, i, got, r.sealed)
			}
		}
	}
}
