package e2e

import (
	"bytes"
	"sync"
	"testing"
)

// scoped is a machine with nothing local whose runs are of a kind that the
// tests name.
func scoped(t testing.TB, s store) config {
	t.Helper()
	return at(t, s).with("-scope=e2e")
}

var scopeOfTests struct {
	sync.Mutex
	id
}

// testScope is the scope of those machines: the key that one of them asks for.
func testScope(t testing.TB) id {
	t.Helper()
	scopeOfTests.Lock()
	defer scopeOfTests.Unlock()
	if scopeOfTests.id == (id{}) {
		s := newBadServer(t, nil)
		h := start(t, scoped(t, s.store))
		h.miss(victim)
		h.end()
		asked := s.accelerated("GET", snapshotKeys)
		if len(asked) == 0 {
			t.Fatal("no snapshot was asked for")
		}
		scopeOfTests.id = idOf(t, asked[0])
	}
	return scopeOfTests.id
}

// treasure is a hoard of a few entries, in every kind of place: two in the
// snapshot, three in the first block of the first pack (two of them with one
// body), one in its second block, one in the second pack.
type treasure struct {
	hoard
	entries []packed
	blocks  []block
}

func newTreasure(t testing.TB) *treasure {
	t.Helper()
	z := &treasure{hoard: *newHoard(testScope(t))}
	for _, b := range [][]packed{
		{packedOf("small", []byte("small")), packedOf("empty", nil)},
		{packedOf("one", sample), packedOf("two", sample), packedOf("three", noise(9000))},
		{packedOf("four", bytes.Repeat(sample, 3))},
		{packedOf("five", noise(5000))},
	} {
		z.entries = append(z.entries, b...)
		z.blocks = append(z.blocks, blockOf(b...))
	}
	z.rebuild()
	return z
}

// rebuild makes snapshot and packs of the blocks as they are now.
func (z *treasure) rebuild() {
	z.hoard = *newHoard(z.snapshot.head.Scope)
	z.inline(z.blocks[0])
	z.pack(z.blocks[1], z.blocks[2])
	z.pack(z.blocks[3])
}

// holdAll puts the entries' own objects into the bucket too.
func (z *treasure) holdAll(s *badServer) {
	for _, e := range z.entries {
		s.hold(e.action, e.body)
	}
}
