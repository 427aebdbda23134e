package e2e

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

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

// When the time for uploads runs out, most of them have been made: the
// smallest come first then, however late they were put.
func TestDrainTakesTheSmallestFirst(t *testing.T) {
	const large, small = 300, 200
	for name, leave := range map[string]func(h *helper){
		"close":        func(h *helper) { h.close(3*time.Second + drainSlack); h.stdin.Close() },
		"end of input": func(h *helper) { h.stdin.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				if x.method == "PUT" && x.isEntry() && len(x.readBody()) > 1000 {
					time.Sleep(time.Second)
				}
				x.good()
			})
			h := start(t, at(t, s.store).with("-drain=3s"))
			putMany(h, "large", large, 8000)
			putMany(h, "small", small, 80)
			leave(h)
			h.exitZero()
			goneWithin(t, h.machine.cache, 3*time.Second+drainSlack)
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
