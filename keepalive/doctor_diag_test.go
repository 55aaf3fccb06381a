package keepalive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"syscall"
	"testing"
)

// message makes one netlink message of a sock_diag dump.
func message(kind uint16, body []byte) []byte {
	b := make([]byte, nlHeader, nlHeader+len(body)+3)
	binary.NativeEndian.PutUint32(b, uint32(nlHeader+len(body)))
	binary.NativeEndian.PutUint16(b[4:], kind)
	b = append(b, body...)
	return append(b, make([]byte, -len(b)&3)...)
}

func attribute(kind uint16, v []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(v)))
	b = append(binary.NativeEndian.AppendUint16(b, kind), v...)
	return append(b, make([]byte, -len(b)&3)...)
}

func example() []byte {
	b := make([]byte, diagHeader)
	b[0], b[1], b[2] = syscall.AF_INET, stateEstablished, 2
	binary.BigEndian.PutUint16(b[4:], 8080)
	binary.BigEndian.PutUint16(b[6:], 54321)
	binary.NativeEndian.PutUint32(b[56:], 3)
	binary.NativeEndian.PutUint32(b[60:], 4)
	binary.NativeEndian.PutUint32(b[68:], 99)
	info := make([]byte, 248)
	binary.NativeEndian.PutUint32(info[24:], 5)
	binary.NativeEndian.PutUint32(info[56:], 6)
	binary.NativeEndian.PutUint64(info[200:], 7)
	binary.NativeEndian.PutUint64(info[208:], 8)
	b = append(b, attribute(attrCong, []byte("cubic\x00"))...)
	b = append(b, attribute(attrInfo, info)...)
	return append(b, attribute(200, []byte("from a newer kernel"))...)
}

func TestParseDiag(t *testing.T) {
	t.Parallel()
	want := socket{state: 1, timer: 2, local: 8080, remote: 54321, queued: 3, limit: 4, inode: 99, congestion: "cubic", unacked: 5, lastAck: 6, sent: 7, sentBeyond: 8}
	all, done, err := parseDiag(bytes.Join([][]byte{message(20, example()), message(20, example()), message(nlDone, make([]byte, 4))}, nil))
	if len(all) != 2 || all[0] != want || all[1] != want || !done || err != nil {
		t.Errorf("%+v, %v, %v", all, done, err)
	}
	if all, done, err := parseDiag(message(20, example())); len(all) != 1 || done || err != nil {
		t.Errorf("not the last datagram: %+v, %v, %v", all, done, err)
	}
	refused := binary.NativeEndian.AppendUint32(nil, ^uint32(syscall.EPERM)+1)
	if _, _, err := parseDiag(message(nlError, refused)); !errors.Is(err, syscall.EPERM) {
		t.Errorf("error = %v, want EPERM", err)
	}
	old := example()[:diagHeader]
	old = append(old, attribute(attrInfo, make([]byte, 104))...)
	if all, _, err := parseDiag(message(20, old)); len(all) != 1 || err != nil {
		t.Errorf("an older kernel's: %+v, %v", all, err)
	}
}

// A dump cut anywhere is an error or fewer sockets, never a panic or a wrong one.
func TestParseDiagTorn(t *testing.T) {
	t.Parallel()
	whole := bytes.Join([][]byte{message(20, example()), message(nlError, nil)}, nil)
	want, _, _ := parseDiag(message(20, example()))
	for n := range whole {
		all, done, err := parseDiag(whole[:n])
		if done || len(all) > 0 && all[0] != want[0] || err == nil && n > 0 && n != len(message(20, example())) {
			t.Errorf("cut at %d: %+v, %v, %v", n, all, done, err)
		}
	}
}

func FuzzParseDiag(f *testing.F) {
	f.Add(message(20, example()))
	f.Add(message(nlDone, nil))
	f.Add(message(nlError, []byte{1, 2, 3, 4}))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, done, err := parseDiag(b)
		if len(all) > len(b)/(nlHeader+diagHeader) || done && err != nil {
			t.Errorf("%d sockets of %d bytes, %v, %v", len(all), len(b), done, err)
		}
	})
}

func FuzzMachineFiles(f *testing.F) {
	for _, text := range healthy {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := openFiles(s); err == nil && n < 0 {
			t.Errorf("%d open files", n)
		}
		if v, err := numbers(s); err == nil && len(v) > len(s) {
			t.Errorf("%d numbers of %d bytes", len(v), len(s))
		}
		counters(s)
		field(s, "nr_periods")
		// No file, whatever is in it, may upset a rule.
		files := make(map[string]string)
		for name := range healthy {
			files[name] = s
		}
		for _, d := range []Doctor{{}, {Client: true, PID: 7}} {
			_ = diagnose(d, files, nil).String()
		}
	})
}
