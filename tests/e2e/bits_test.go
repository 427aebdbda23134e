package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A bit of the snapshot is flipped, one after the other at every position: the
// entries are had, from the packs or as objects.
func TestFlippedBitsOfASnapshot(t *testing.T) {
	const hands = 8
	step := 1
	if !isRelease(t) {
		step = 4
	}
	z := newTreasure(t)
	text := z.snapshot.encode()
	for hand := range hands {
		t.Run(fmt.Sprint(hand), func(t *testing.T) {
			t.Parallel()
			c := scoped(t, store{})
			for i := hand * step; i < len(text); i += hands * step {
				s := newBadServer(t, nil)
				z.lay(s)
				z.laySnapshot(s, flipAt(text, i))
				z.holdAll(s)
				c.endpoint, c.bucket = s.endpoint, s.bucket
				z.forgetIn(c.cache)
				h := start(t, c)
				for _, e := range z.entries {
					h.hit(e.action, e.body)
				}
				h.leave()
				h.said(0, 1)
				soundCache(t, c.cache)
				s.stop()
				if t.Failed() {
					t.Fatalf("byte %d", i)
				}
			}
		})
	}
}

// A pack of as many blocks as one has bytes, and in each another bit is
// flipped. The entries of every third have no object.
func TestFlippedBitsOfAPack(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newHoard(testScope(t))
	var blocks []block
	for i, length := 0, 1; i < length; i++ {
		b := blockOf(packedOf(fmt.Sprint("flipped ", i), fmt.Appendf(nil, "A body, with bit %d flipped", i)))
		length = len(b.frame)
		b.frame = flipAt(b.frame, i)
		blocks = append(blocks, b)
		if i%3 != 0 {
			s.hold(b.entries[0].action, b.entries[0].body)
		}
	}
	z.pack(blocks...)
	z.lay(s)
	h := start(t, scoped(t, s.store))
	for i, b := range blocks {
		e := b.entries[0]
		if got := h.get(e.action); !got.Miss || i%3 != 0 {
			h.check(got, e.body)
		}
	}
	h.leave()
	h.said(0, 1)
	soundCache(t, h.machine.cache)
}

// forgetIn deletes the entries from a cache directory.
func (z *treasure) forgetIn(cache string) {
	for _, e := range z.entries {
		os.Remove(bodyPath(cache, e.output))
		os.Remove(filepath.Join(cache, e.action.hex()[:2], e.action.hex()+"-a"))
	}
}
