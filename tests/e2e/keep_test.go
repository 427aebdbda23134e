package e2e

import (
	"fmt"
	"maps"
	"testing"
	"time"
)

// -keep: what is as old is written anew, and not before.
func TestOldPacksAreWrittenAnew(t *testing.T) {
	for _, test := range []struct {
		keep string
		age  time.Duration
		anew bool
	}{
		{"20", 19 * 24 * time.Hour, false}, {"20", 21 * 24 * time.Hour, true},
		{"5", 6 * 24 * time.Hour, true}, {"0", 999 * 24 * time.Hour, false},
	} {
		t.Run(fmt.Sprint(test.keep, " ", test.age), func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			z := newTreasure(t)
			written := time.Now().Add(-test.age).Unix()
			z.snapshot.head.Created = written
			for i := range z.snapshot.packs {
				z.snapshot.packs[i].Created = written
			}
			z.lay(s)
			reuse(t, scoped(t, s.store).with("-keep="+test.keep), z.entries)
			n, got := kept(t, s)
			if !maps.Equal(actions(got), actions(z.entries)) {
				t.Errorf("%d entries, want %d", len(got), len(z.entries))
			}
			if anew := n.head.Created != written; anew != test.anew {
				t.Errorf("written anew: %v", anew)
			}
			for _, p := range n.packs {
				if anew := p.Created != written; anew != test.anew {
					t.Errorf("a pack is written anew: %v", anew)
				}
			}
			if n := len(s.accelerated("PUT", accelerators)); !test.anew && n != 0 {
				t.Errorf("%d uploads", n)
			}
		})
	}
}

// A run that uses a little of an old pack leaves it as it is: nothing is taken
// away, and nothing is written for its sake.
func TestASmallRunLeavesAnOldPack(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newHoard(testScope(t))
	var all []packed
	for i := range 20 {
		all = append(all, packedOf(fmt.Sprint("lasting ", i), noise(5000+i)))
	}
	z.pack(blockOf(all...))
	z.snapshot.packs[0].Created = time.Now().Add(-21 * 24 * time.Hour).Unix()
	z.lay(s)
	reuse(t, scoped(t, s.store), all[:3])
	if n := len(s.accelerated("PUT", accelerators)); n != 0 {
		t.Errorf("%d uploads", n)
	}
	fresh := packedOf("fresh", noise(5000))
	h := start(t, scoped(t, s.store))
	h.hit(all[0].action, all[0].body)
	h.put(fresh.action, fresh.body)
	h.leave()
	h.quiet()
	if _, got := kept(t, s); !maps.Equal(actions(got), actions(append(all, fresh))) {
		t.Errorf("%d entries, want %d", len(got), len(all)+1)
	}
}
