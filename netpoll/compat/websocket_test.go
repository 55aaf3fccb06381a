package compat

import (
	"net/http"
	"testing"
	"time"

	"golang.org/x/net/websocket"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A WebSocket is a hijacked connection: parked before its handshake, and never again, however long it is silent.
func TestWebSocket(t *testing.T) {
	l := listen(t, &netpoll.Options{ParkAfter: soon})
	srv := &http.Server{Handler: websocket.Handler(func(ws *websocket.Conn) {
		for {
			var said string
			if websocket.Message.Receive(ws, &said) != nil || websocket.Message.Send(ws, "you said "+said) != nil {
				return
			}
		}
	})}
	l.Install(srv)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	defer func() { srv.Close(); <-done }()

	nc := dial(t, l)
	idling(t, l, 1)
	config, err := websocket.NewConfig("ws://"+l.Addr().String()+"/", "http://example.com/")
	if err != nil {
		t.Fatal(err)
	}
	ws, err := websocket.NewClient(config, nc)
	if err != nil {
		t.Fatal(err)
	}
	before := l.Stats().Parks
	for _, word := range []string{"one", "two", "three"} {
		time.Sleep(5 * time.Millisecond)
		var heard string
		websocket.Message.Send(ws, word)
		if err := websocket.Message.Receive(ws, &heard); heard != "you said "+word {
			t.Fatalf("%q, %v", heard, err)
		}
	}
	if s := l.Stats(); s.Parks != before || s.Open != 1 {
		t.Errorf("%d parks of a WebSocket; %+v", s.Parks-before, s)
	}
	ws.Close()
	eventually(t, "closed", func() bool { return l.Stats().Open == 0 })
}
