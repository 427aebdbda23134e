package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever is wrong with a snapshot or a pack, with the entries' own objects
// beside it everything is had and right; without them, all that does not lie
// in the bad part.
func TestSpoiledAcceleratorsOnlyMakeItSlower(t *testing.T) {
	for _, p := range slices.Concat(textSpoils, tableSpoils, blockSpoils, answerSpoils) {
		for _, objects := range []bool{true, false} {
			name := p.name + ", alone"
			if objects {
				name = p.name + ", with objects"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := newBadServer(t, nil)
				z := newTreasure(t)
				p.lay(z, s)
				if objects {
					z.holdAll(s)
				}
				h := start(t, scoped(t, s.store))
				z.plunder(h, p, objects)
				h.miss(intruder.action)
				h.inLittleMemory()
				h.leave()
				h.said(0, 2)
				soundCache(t, h.machine.cache)
			})
		}
	}
}

// plunder gets all of the treasure.
func (z *treasure) plunder(h *helper, p spoil, objects bool) {
	h.t.Helper()
	at := 0
	for i, b := range z.blocks {
		for range b.entries {
			e := z.entries[at]
			at++
			got := h.get(e.action)
			if may := p.slow || slices.Contains(p.lost, i) && !objects; !got.Miss || !may {
				h.check(got, e.body)
			}
		}
	}
}

// The first answer breaks off, the next one is good: nothing is lost.
func TestBrokenAnswerOfAPackHeals(t *testing.T) {
	for _, f := range []fault{
		{name: "500", do: document("500 Internal Server Error", "InternalError")},
		{name: "503", do: document("503 Slow Down", "SlowDown")},
		{name: "closed at half", do: announcing(0, (*exchange).close)},
		{name: "reset at half", do: announcing(0, func(x *exchange) { time.Sleep(20 * time.Millisecond); x.reset() })},
		{name: "closed at once", do: raw("")},
	} {
		for _, kind := range []string{packKeys, snapshotKeys} {
			t.Run(f.name+" "+kind, func(t *testing.T) {
				t.Parallel()
				s := newBadServer(t, func(x *exchange) {
					if x.method == "GET" && strings.HasPrefix(x.entry, kind) && x.attempt == 0 {
						f.do(x)
					} else {
						x.good()
					}
				})
				z := newTreasure(t)
				z.lay(s)
				h := start(t, scoped(t, s.store))
				for _, e := range z.entries {
					h.hit(e.action, e.body)
				}
				h.end()
				h.quiet()
			})
		}
	}
}
