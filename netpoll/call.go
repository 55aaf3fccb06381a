package netpoll

// goexit is thrown where a function of the user's ends its goroutine, which is not its own: nothing can stop that, and all
// other connections of the goroutine would wait for ever.
const goexit = "netpoll: a function called by a Server or Poller, or given to Stream.Go, has called runtime.Goexit, as t.FailNow and t.Fatal do: return instead"

// call is one of a function whose panic goes on. Its done is deferred.
type call struct{ returned bool }

func (c *call) done() {
	if c.returned {
		return
	}
	if v := recover(); v != nil {
		panic(v)
	}
	panic(goexit)
}
