package e2e

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// crowd is a store that has some work with each upload of an entry, and
// refuses those that are too many at once.
type crowd struct {
	most    int
	work    func()
	refusal script

	mu      sync.Mutex
	atWork  int
	refused int
}

func (c *crowd) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.atWork == c.most {
		c.refused++
		return false
	}
	c.atWork++
	return true
}

func (c *crowd) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.atWork--
}

func (c *crowd) refusals() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused
}

func (c *crowd) serve(x *exchange) {
	if x.method != "PUT" || !x.isEntry() {
		x.good()
		return
	}
	x.readBody()
	if !c.enter() {
		c.refusal(x)
		return
	}
	c.work()
	c.leave()
	x.good()
}

func putMany(h *helper, name string, count, size int) {
	for i := range count {
		h.put(actionOf("%s %d", name, i), bytes.Repeat(fmt.Appendf(nil, "%8d", i), size/8))
	}
}

// storedOf is how many of those lie in the bucket.
func (b *badServer) storedOf(name string, count int) int {
	stored := 0
	for i := range count {
		if _, there := b.load(actionOf("%s %d", name, i).hex()); there {
			stored++
		}
	}
	return stored
}

// A store that is asked for too much at once is asked for less: few uploads
// are refused, and nearly all are made in the end.
func TestSlowDownIsHeeded(t *testing.T) {
	const count = 300
	for name, refusal := range map[string]script{
		"503 SlowDown":        document("503 Slow Down", "SlowDown"),
		"429 TooManyRequests": document("429 Too Many Requests", "TooManyRequests"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := newGate(1) // nobody is done before somebody was refused
			c := &crowd{most: 2, refusal: func(x *exchange) { first.arrive(); refusal(x) }, work: func() {
				time.Sleep(20 * time.Millisecond)
				first.wait()
			}}
			s := newBadServer(t, c.serve)
			h := start(t, at(t, s.store).with("-drain=60s"))
			putMany(h, "crowded", count, 800)
			h.end()
			if n := s.entries(); n < count*99/100 {
				t.Errorf("%d of %d entries were stored", n, count)
			}
			if n := c.refusals(); n == 0 || n > count/8 {
				t.Errorf("%d of %d uploads were refused", n, count)
			}
			h.said(0, 2)
		})
	}
}

// What go waits for does not stand behind uploads that wait for their turn,
// even if that never comes.
func TestSlowDownHoldsBackNoGet(t *testing.T) {
	t.Parallel()
	const count, last = 50, 10
	var begun atomic.Int32
	held := make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	defer release()
	c := &crowd{most: 1, refusal: document("503 Slow Down", "SlowDown"), work: func() {
		time.Sleep(20 * time.Millisecond)
		if begun.Add(1) == last {
			<-held
		}
	}}
	s := newBadServer(t, c.serve)
	s.hold(victim, sample)
	h := start(t, at(t, s.store).with("-drain=60s"))
	putMany(h, "crowded", count, 800)
	waitFor(t, "an upload that does not end", patience, func() bool { return begun.Load() == last })
	time.Sleep(time.Second) // until the others wait
	n := h.nextID()
	h.raw(getRequest(n, victim).encode(nil))
	h.check(h.await(n, prompt), sample)
	if n := s.storedOf("crowded", count); n != last-1 {
		t.Errorf("%d uploads were made beside one that does not end", n)
	}
	release()
	h.end()
	if n := s.storedOf("crowded", count); n < count*9/10 {
		t.Errorf("%d of %d entries were stored", n, count)
	}
	h.said(0, 2)
}

// When the time for uploads runs out, most of them have been made: the
// smallest come first then, however late they were put.
func TestDrainTakesTheSmallestFirst(t *testing.T) {
	const large, small = 300, 200
	const drain = 10 * time.Second // for which the large ones are too many
	for name, leave := range map[string]func(h *helper){
		"close":        func(h *helper) { h.close(drain + drainSlack); h.stdin.Close() },
		"end of input": func(h *helper) { h.stdin.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				if x.method == "PUT" && x.isEntry() && len(x.readBody()) > 1000 {
					time.Sleep(2 * time.Second)
				}
				x.good()
			})
			h := start(t, at(t, s.store).with("-drain", drain.String()))
			putMany(h, "large", large, 8000)
			putMany(h, "small", small, 80)
			leave(h)
			h.exitZero()
			goneWithin(t, h.machine.cache, drain+drainSlack)
			if n := s.storedOf("small", small); n != small {
				t.Errorf("%d of %d small entries were stored", n, small)
			}
			if n := s.storedOf("large", large); n == large {
				t.Errorf("all large entries were stored, so this shows nothing")
			}
			h.said(0, 1)
		})
	}
}
