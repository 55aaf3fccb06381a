// Package pool keeps values and byte buffers for reuse, without the accidents.
//
// It is as fast as [sync.Pool], which it is built on, and leaves to it what
// sync.Pool does well: idle memory goes at the second garbage collection. What
// it adds is types, reset, sizes, and owners: a value that is put twice, used
// after it was put, or put in part does not end up with two owners.
//
// # Choosing
//
// [Pool] for values of one type. Get returns an [Item], a handle that must be
// put once; a second Put panics, from whichever copy, goroutine or time.
//
//	var sessions pool.Pool[Session]
//
//	s := sessions.Get()
//	defer s.Put()
//	s.Value().User = user
//
// [Bytes] for []byte of any size, [Buffer] to build one up by writing, and
// [BufferPool] for net/http/httputil's ReverseProxy, which takes no other form.
//
// [Local] for values of one goroutine, such as an event loop's: no atomics, and
// the same checks.
//
// [Unchecked] and [UncheckedBytes] where a handle has no room or a nanosecond
// no place. They see no misuse.
//
// [Workers] for tasks: a bounded number of goroutines with a bounded queue.
//
// # Ownership
//
// Get makes the caller the owner, Put and Release end that. Between them the
// owner may pass the value on, and whoever holds it last ends it. An owner who
// never does loses nothing but the reuse: the garbage collector takes what
// nobody refers to.
//
// What is caught, and when:
//
//   - Item, LocalItem and Buffer: each use of a handle after its end panics, in
//     all builds, also when the memory has its next owner by then. The handle
//     compares its own generation with the memory's.
//   - Ref: what to give to handlers. Late use is refused, and panics in
//     pooldebug and race builds; what is in use is not reused.
//   - Bytes: Put refuses what is not a whole slice that this Bytes made and
//     that is out: parts of slices, slices from elsewhere, and the second of
//     two puts. Refusals are counted, see [Bytes.Stats]. A slice has no
//     generation, so a second put is only seen while the slice lies in the
//     pool; when it has its next owner already, it is taken for that owner's.
//   - What was taken out of a handle is out of sight: the pointer from
//     [Item.Value] and the slice from [Buffer.Bytes] must not be used after
//     the end, and only a pooldebug build sees it if they are.
//
// # Debugging
//
// go test -tags pooldebug poisons what is put and never hands it out again. A
// late write is found, a late read sees poison, a misuse panics with the stacks
// of both owners, and Leaks lists what is out. A race build takes the stacks,
// and does all that to one small thing in four.
// Package pooltest fails a test that did not put everything back, in any build.
//
// # Reset
//
// A value is reset when it is put, not when it is taken, so that an idle one
// holds no references and no secrets. Pool calls its Reset hook, or else the
// value's own Reset method. Bytes are not cleared.
//
// # Sizes
//
// Bytes keeps slices in classes, four per octave: 64, 80, 96, 112, 128, 160
// and so on up to [Bytes.MaxSize]. A slice is at most a quarter larger than
// asked for. What is larger than MaxSize is made and dropped, so that a single
// huge request does not stay in memory as the size of all that follow. Budget
// caps all of it. Growing moves the content to another class, and the array
// that it leaves goes back to its own.
//
// # Costs
//
// A Get and Put have one atomic read-modify-write more than sync.Pool's if the
// value is checked, and a look-up besides if it is a slice. Nothing allocates
// in steady state, except that turning a Buffer into an interface value, such
// as an io.Writer, allocates its two words. README.md has numbers.
package pool
