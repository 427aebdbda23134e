package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What only a snapshot and its packs hold is had; no entry is asked for.
func TestPacksAreFetchedAhead(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	h := start(t, scoped(t, s.store))
	for _, e := range z.entries {
		h.hit(e.action, e.body)
	}
	h.leave()
	h.quiet()
	soundCache(t, h.machine.cache)
	if n := len(s.requests("GET", "")); n != 0 {
		t.Errorf("%d entries were asked for", n)
	}
	if n := len(s.seen); n > 10 {
		t.Errorf("%d requests", n)
	}
}

// The time of the put arrives as it was.
func TestTimeOfAPackedEntry(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	h := start(t, scoped(t, s.store))
	for _, e := range z.entries {
		if got := h.hit(e.action, e.body); got.Time.UnixNano() != e.when {
			t.Errorf("Time %v, want %v", got.Time, time.Unix(0, e.when))
		}
	}
	h.end()
}

// largeHoard is a pack of count blocks that do not compress, with an entry of
// size bytes each.
func largeHoard(t testing.TB, count, size int) (*hoard, []packed) {
	t.Helper()
	z := newHoard(testScope(t))
	var entries []packed
	var blocks []block
	for i := range count {
		body := append(noise(size-1), byte(i))
		entries = append(entries, packedOf(fmt.Sprint("large ", i), body))
		blocks = append(blocks, blockOf(entries[i]))
	}
	z.pack(blocks...)
	return z, entries
}

// fetchedOfPacks is the number of bytes of packs that were asked for.
func (b *badServer) fetchedOfPacks() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	sum := 0
	for _, r := range b.seen {
		x := exchange{header: r.header}
		if from, to, ranged := x.bytesAsked(); ranged && r.method == "GET" {
			sum += to + 1 - from
		}
	}
	return sum
}

// A machine that has some of it asks for the rest alone.
func TestOnlyWhatIsMissingIsFetched(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z, entries := largeHoard(t, 8, 100_000)
	z.lay(s)
	c := scoped(t, s.store)
	alone := c
	alone.endpoint, alone.bucket = "", ""
	first := start(t, alone)
	missing := 0
	for i, e := range entries {
		if i%4 == 0 {
			first.put(e.action, e.body)
		} else {
			missing += int(z.snapshot.blocks[i].PackedLen)
		}
	}
	first.end()
	h := start(t, c)
	for i := len(entries) - 1; i >= 0; i-- {
		h.hit(entries[i].action, entries[i].body)
	}
	h.end()
	h.quiet()
	if got := s.fetchedOfPacks(); got != missing {
		t.Errorf("%d bytes were fetched, %d are missing", got, missing)
	}
	if n := len(s.requests("GET", "")); n != 0 {
		t.Errorf("%d entries were asked for", n)
	}
}

// seams counts where a snapshot's blocks do not go on in the pack where the block
// before them ends: none of its legs can go further.
func seams(n snapshot) int {
	count := 0
	for i := 1; i < len(n.blocks); i++ {
		was, is := n.blocks[i-1], n.blocks[i]
		if is.Pack != was.Pack || is.Offset != was.Offset+uint64(was.PackedLen) {
			count++
		}
	}
	return count
}

// Go uses entries in a slightly different order each time. A run that writes that
// down tears no neighbours apart, so that the next one needs as many requests.
func TestOrderThatWaversCostsNoRequests(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z, entries := largeHoard(t, 24, 100_000)
	z.lay(s)
	h := start(t, scoped(t, s.store))
	for i := range entries {
		h.hit(entries[i^1].action, entries[i^1].body)
	}
	h.put(actionOf("new"), noise(200_000))
	h.leave()
	h.quiet()
	n, _ := kept(t, s)
	if got := seams(n); len(n.packs) != 2 || got > 2 {
		t.Errorf("%d seams between the blocks of %d packs", got, len(n.packs))
	}
}

// Everything is here already: nothing is fetched, not even its blocks.
func TestNothingIsFetchedThatIsHere(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	c := scoped(t, s.store)
	h := start(t, c)
	for _, e := range z.entries {
		h.hit(e.action, e.body)
	}
	h.end()
	before := s.fetchedOfPacks()
	again := start(t, c)
	again.miss(victim)
	for _, e := range z.entries {
		again.hit(e.action, e.body)
	}
	again.end()
	if after := s.fetchedOfPacks(); before == 0 || after != before {
		t.Errorf("%d bytes of packs the first time, %d the second", before, after-before)
	}
}

// -prefetch SIZE is an upper bound for what nobody asked for; what is asked
// for comes all the same.
func TestPrefetchIsBounded(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z, entries := largeHoard(t, 8, 100_000)
	z.lay(s)
	h := start(t, scoped(t, s.store).with("-prefetch=350KB"))
	h.miss(victim)
	waitFor(t, "what is fetched ahead", patience, func() bool {
		_, err := os.Stat(bodyPath(h.machine.cache, entries[2].output))
		return err == nil
	})
	time.Sleep(100 * time.Millisecond) // for more, which must not come
	if got := s.fetchedOfPacks(); got > 350_000 {
		t.Errorf("%d bytes were fetched ahead", got)
	}
	for _, e := range entries {
		h.hit(e.action, e.body)
	}
	h.end()
	h.quiet()
}

func bodyPath(cache string, output id) string {
	return filepath.Join(cache, output.hex()[:2], output.hex()+"-d")
}

// -prefetch off: every entry is an object.
func TestPrefetchOff(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	z.holdAll(s)
	h := start(t, scoped(t, s.store).with("-prefetch=off"))
	for _, e := range z.entries {
		h.hit(e.action, e.body)
	}
	h.end()
	h.quiet()
	if n := len(s.accelerated("GET", packKeys)); n != 0 {
		t.Errorf("%d requests for packs", n)
	}
	if n := len(s.requests("GET", "")); n < len(z.entries)-2 { // but for the snapshot's own
		t.Errorf("%d requests for %d entries", n, len(z.entries))
	}
}

// -scope off: snapshots and packs are neither read nor written.
func TestScopeOff(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	z.holdAll(s)
	h := start(t, at(t, s.store).with("-scope=off"))
	for _, e := range z.entries {
		h.hit(e.action, e.body)
	}
	h.put(victim, sample)
	h.end()
	h.quiet()
	for _, method := range []string{"GET", "PUT"} {
		if asked := s.accelerated(method, accelerators); len(asked) != 0 {
			t.Errorf("%s %v", method, asked)
		}
	}
}

// The largest body that a pack may hold is had, in bounded memory; a byte more
// and it is an object.
func TestLargestPackedBody(t *testing.T) {
	for name, more := range map[string]int{"largest": 0, "a byte more": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			z := newHoard(testScope(t))
			e := packedOf("large", make([]byte, 64<<20+more))
			z.pack(blockOf(e), blockOf(packedOf("small", sample)))
			z.lay(s)
			h := start(t, scoped(t, s.store))
			if got := h.get(e.action); !got.Miss {
				h.check(got, e.body)
			} else if more == 0 {
				t.Error("a miss")
			}
			h.inLittleMemory()
			h.end()
		})
	}
}

// If two blocks have an entry for one action, the later one counts.
func TestLaterEntryCounts(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newHoard(testScope(t))
	old, last := packedOf("twice", []byte("old")), packedOf("twice", []byte("new"))
	z.inline(blockOf(old))
	z.pack(blockOf(packedOf("other", sample), old), blockOf(last))
	z.lay(s)
	h := start(t, scoped(t, s.store))
	h.hit(last.action, last.body)
	h.end()
}

// Entries share a body, which stands with one that does not count any more: the
// others have it.
func TestBodyOfAnEntryThatDoesNotCount(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newHoard(testScope(t))
	first, second := packedOf("first", sample), packedOf("second", sample)
	small, again := packedOf("small", []byte("small")), packedOf("again", []byte("small"))
	z.inline(blockOf(small, again))
	z.pack(blockOf(first, second))
	z.snapshot.entries[0].Action, z.snapshot.entries[2].Action = id{}, id{}
	z.lay(s)
	h := start(t, scoped(t, s.store))
	h.hit(second.action, second.body)
	h.hit(again.action, again.body)
	h.miss(first.action)
	h.miss(small.action)
	h.end()
	h.quiet()
	soundCache(t, h.machine.cache)
}

// The disk is full while it is filled ahead: misses, not failures.
func TestDiskFullWhilePrefetching(t *testing.T) {
	s := newBadServer(t, nil)
	z, entries := largeHoard(t, 12, 300_000)
	z.lay(s)
	c := scoped(t, s.store)
	c.cache = small(t, "size=1m")
	h := start(t, c)
	for _, e := range entries {
		if got := h.get(e.action); !got.Miss {
			h.check(got, e.body)
		}
	}
	h.end()
	h.said(0, 2)
	noTemporaries(t, c.cache)
}

// Memory does not grow with what is fetched ahead.
func TestPrefetchInLittleMemory(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z, entries := largeHoard(t, 50, 1<<20)
	z.lay(s)
	h := start(t, scoped(t, s.store))
	for _, e := range entries {
		h.hit(e.action, e.body)
	}
	h.inLittleMemory()
	h.end()
}

// Nor with what a snapshot may announce: it has as many entries as it can, and
// the run adds one.
func TestLargestSnapshot(t *testing.T) {
	t.Parallel()
	const blocks, each = 125, 1000
	s := newBadServer(t, nil)
	z := newHoard(testScope(t))
	var all []block
	for i := range blocks {
		var entries []packed
		for k := range each {
			entries = append(entries, packedOf(fmt.Sprint("one of many ", i, " ", k), []byte("the same for all")))
		}
		all = append(all, blockOf(entries...))
	}
	z.pack(all...)
	z.lay(s)
	h := start(t, scoped(t, s.store).with("-prefetch=1B"))
	peak := h.watchPeak()
	last := all[blocks-1].entries[each-1]
	h.hit(last.action, last.body)
	h.put(victim, noise(200_000))
	h.leave()
	h.quiet()
	if kb := peak(); isRelease(t) && kb > memoryLimitKB {
		t.Errorf("%d kB of memory", kb)
	} else {
		t.Logf("%d kB of memory", kb)
	}
	_, got := kept(t, s)
	if _, added := actions(got)[victim]; !added || len(got) < (blocks-1)*each {
		t.Errorf("%d entries are left, added: %v", len(got), added)
	}
}
