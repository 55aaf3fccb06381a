package main

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"

	"github.com/hotpath-go/hotpath/netpoll"
)

// store is safe for concurrent use, by all loops.
type store struct {
	mu     sync.RWMutex
	values map[string][]byte
}

// serve answers one command. What a pipeline is answered leaves in one write.
func (db *store) serve(s *netpoll.Stream, command []byte) error {
	a := args(command)
	if len(a) == 0 {
		return nil // an empty line
	}
	name := string(bytes.ToUpper(a[0]))
	_, err := s.Write(db.answer(name, a[1:]))
	if err == nil && name == "QUIT" {
		s.Close()
	}
	return err
}

// arity is the fewest and the most arguments of each command.
var arity = map[string][2]int{
	"PING": {0, 1}, "ECHO": {1, 1}, "QUIT": {0, 0}, "GET": {1, 1}, "SET": {2, 2}, "DEL": {1, maxArgs},
	"CONFIG": {1, maxArgs}, "COMMAND": {0, maxArgs},
}

func (db *store) answer(name string, a [][]byte) []byte {
	n, known := arity[name]
	switch {
	case !known:
		return fmt.Appendf(nil, "-ERR unknown command %.64q\r\n", name)
	case len(a) < n[0] || len(a) > n[1]:
		return fmt.Appendf(nil, "-ERR wrong number of arguments for %q\r\n", name)
	}
	switch name {
	case "PING":
		if len(a) == 0 {
			return []byte("+PONG\r\n")
		}
		return bulk(a[0])
	case "ECHO":
		return bulk(a[0])
	case "GET":
		return db.get(a[0])
	case "SET":
		db.set(a[0], a[1])
	case "DEL":
		return fmt.Appendf(nil, ":%d\r\n", db.del(a))
	case "CONFIG", "COMMAND": // asked by redis-cli and redis-benchmark when they start
		return []byte("*0\r\n")
	}
	return []byte("+OK\r\n")
}

func bulk(b []byte) []byte {
	out := strconv.AppendInt([]byte{'$'}, int64(len(b)), 10)
	return append(append(append(out, "\r\n"...), b...), "\r\n"...)
}

func (db *store) get(key []byte) []byte {
	db.mu.RLock()
	defer db.mu.RUnlock()
	v, ok := db.values[string(key)]
	if !ok {
		return []byte("$-1\r\n")
	}
	return bulk(v)
}

// set copies value, which is in the loop's buffer.
func (db *store) set(key, value []byte) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.values[string(key)] = bytes.Clone(value)
}

func (db *store) del(keys [][]byte) (n int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, k := range keys {
		if _, ok := db.values[string(k)]; ok {
			delete(db.values, string(k))
			n++
		}
	}
	return n
}
