package main

import (
	"bytes"
	"errors"
	"strconv"
)

const (
	maxCommand = 1 << 20
	maxArgs    = 1024
)

var errProtocol = errors.New("resp: not a command")

// splitCommand is a bufio.SplitFunc: a frame is one command, an array of bulk strings or a line of words.
func splitCommand(p []byte, _ bool) (int, []byte, error) {
	n, err := commandLen(p)
	switch {
	case err != nil:
		return 0, nil, err
	case n == 0 && len(p) > maxCommand:
		return 0, nil, errProtocol
	case n == 0:
		return 0, nil, nil
	}
	return n, p[:n:n], nil
}

// commandLen is 0 where the command is not whole yet.
func commandLen(p []byte) (int, error) {
	if len(p) == 0 || p[0] != '*' {
		return bytes.IndexByte(p, '\n') + 1, nil
	}
	count, at, err := header(p, '*', maxArgs)
	for ; err == nil && at > 0 && count > 0; count-- {
		n, used, herr := header(p[at:], '$', maxCommand)
		if herr != nil || used == 0 {
			return 0, herr
		}
		if at += used + n + 2; at > len(p) {
			return 0, nil
		}
		if p[at-2] != '\r' || p[at-1] != '\n' {
			return 0, errProtocol
		}
	}
	return at, err
}

// header reads a line of kind and a number; used is 0 where it is not whole yet.
func header(p []byte, kind byte, most int) (n, used int, err error) {
	if len(p) > 0 && p[0] != kind {
		return 0, 0, errProtocol
	}
	end := bytes.IndexByte(p[:min(len(p), 16)], '\n')
	if end < 0 {
		if len(p) >= 16 {
			err = errProtocol
		}
		return 0, 0, err
	}
	n, err = strconv.Atoi(string(bytes.TrimSuffix(p[1:end], []byte("\r"))))
	if err != nil || n < 0 || n > most {
		return 0, 0, errProtocol
	}
	return n, end + 1, nil
}

// args are slices of a whole command.
func args(p []byte) (out [][]byte) {
	if p[0] != '*' {
		return bytes.Fields(p)
	}
	count, at, _ := header(p, '*', maxArgs)
	for range count {
		n, used, _ := header(p[at:], '$', maxCommand)
		at += used
		out = append(out, p[at:at+n])
		at += n + 2
	}
	return out
}
