package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// use puts these entries, in this order, and ends the run.
func use(t testing.TB, c config, entries []packed) {
	t.Helper()
	putAll(start(t, c), entries)
}

func putAll(h *helper, entries []packed) {
	h.t.Helper()
	for _, e := range entries {
		h.put(e.action, e.body)
	}
	h.leave()
	h.quiet()
}

// useKnown is use, but not before the last snapshot is known: a run so short adds
// nothing to it else.
func useKnown(t testing.TB, c config, entries []packed) {
	t.Helper()
	h := start(t, c)
	h.miss(actionOf("strange"))
	putAll(h, entries)
}

// reuse gets them; every one must be had.
func reuse(t testing.TB, c config, entries []packed) {
	t.Helper()
	h := start(t, c)
	for _, e := range entries {
		h.hit(e.action, e.body)
	}
	h.leave()
	h.quiet()
}

// wares are entries of many sizes, with bodies in common.
func wares(name string) []packed {
	var all []packed
	for i, size := range []int{100, 0, 4096, 4097, 70_000, 1 << 20, 3 << 20, 10, 4097} {
		body := noise(size)
		if size > 0 && i != 8 { // the last has a body that another has
			body[0] = byte(i)
		} else if i == 8 {
			body = bytes.Clone(all[3].body)
		}
		all = append(all, packedOf(fmt.Sprint(name, " ", i), body))
	}
	for i := range 60 {
		all = append(all, packedOf(fmt.Sprint(name, " more ", i), bytes.Repeat(fmt.Append(nil, name, i, " "), 100*(i%9))))
	}
	return all
}

// kept is the test scope's snapshot and what it holds; all accelerators in the
// bucket are checked.
func kept(t testing.TB, s *badServer) (snapshot, []packed) {
	t.Helper()
	found := readHoards(t, s.bodies())
	scope := testScope(t)
	n, ok := found.snapshots[scope]
	if !ok {
		t.Fatalf("no snapshot among %d objects", len(s.bodies()))
	}
	return n, found.entries[scope]
}

// keptWhole wants the test scope's snapshot to hold these entries and no others,
// and a fresh machine to have them all without asking for one.
func keptWhole(t testing.TB, s *badServer, all []packed) {
	t.Helper()
	if _, got := kept(t, s); !maps.Equal(actions(got), actions(all)) {
		t.Errorf("%d entries, want %d", len(got), len(all))
	}
	asked := len(s.requests("GET", ""))
	reuse(t, scoped(t, s.store), all)
	if n := len(s.requests("GET", "")) - asked; n != 0 {
		t.Errorf("%d entries were asked for", n)
	}
}

func actions(entries []packed) map[id]id {
	all := map[id]id{}
	for _, e := range entries {
		all[e.action] = e.output
	}
	return all
}

// A run leaves a snapshot of all that it used, small bodies in it, the others
// in packs, and every entry as an object besides.
func TestWhatARunWrites(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	all := wares("written")
	use(t, scoped(t, s.store), all)
	n, got := kept(t, s)
	if !maps.Equal(actions(got), actions(all)) {
		t.Errorf("%d entries, want %d", len(got), len(all))
	}
	if age := time.Since(time.Unix(n.head.Created, 0)); age < -time.Minute || age > time.Hour {
		t.Errorf("it is %v old", age)
	}
	for _, b := range n.blocks {
		for _, r := range n.entries[b.FirstEntry : b.FirstEntry+uint32(b.Entries)] {
			o, stored := s.load(r.Action.hex())
			if !stored {
				t.Fatalf("%s is no object", r.Action.hex())
			}
			if inline := b.Pack == inlinePack; inline != (len(o.body) <= 4096) {
				t.Errorf("a body of %d bytes, inline: %v", len(o.body), inline)
			}
		}
	}
}

// Within a pack, the entries stand in the order in which they were used.
func TestOrderOfUse(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	var all []packed
	for i := range 300 {
		all = append(all, packedOf(fmt.Sprint("ordered ", i), append(noise(6000), byte(i), byte(i>>8))))
	}
	use(t, scoped(t, s.store), all)
	_, got := kept(t, s)
	if !slices.EqualFunc(got, all, func(a, b packed) bool { return a.action == b.action }) {
		t.Errorf("%d entries in another order", len(got))
	}
}

// A fresh machine gets from them all that the first one used.
func TestASecondMachineUsesThem(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	all := wares("second")
	use(t, scoped(t, s.store), all)
	reuse(t, scoped(t, s.store), all)
	if n := len(s.requests("GET", "")); n != 0 {
		t.Errorf("%d entries were asked for", n)
	}
}

// A run that adds nothing writes nothing, on the same machine and on another.
func TestARunThatAddsNothingWritesNothing(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	all := wares("again")
	first := scoped(t, s.store)
	use(t, first, all)
	before := s.puts()
	reuse(t, first, all)
	reuse(t, scoped(t, s.store), all)
	reuse(t, scoped(t, s.store), all[:40])
	if after := s.puts(); after != before {
		t.Errorf("%d uploads after %d", after-before, before)
	}
}

// puts is the number of uploads so far.
func (b *badServer) puts() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	count := 0
	for _, r := range b.seen {
		if r.method == "PUT" {
			count++
		}
	}
	return count
}

func TestReadOnlyWritesNoPack(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	use(t, scoped(t, s.store).with("-read-only"), wares("unwritten"))
	if n := s.puts(); n != 0 {
		t.Errorf("%d uploads", n)
	}
}

// It reads them all the same.
func TestReadOnlyReadsPacks(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	reuse(t, scoped(t, s.store).with("-read-only"), z.entries)
	if n := s.puts(); n != 0 {
		t.Errorf("%d uploads", n)
	}
}

// With a prefix, and on a real server: every key begins with it.
func TestPacksBelowAPrefix(t *testing.T) {
	t.Parallel()
	b := serve(t, versitygw, false).newBucket(t)
	c := scoped(t, b.store)
	c.prefix = "team/a b+c"
	all := wares("prefixed")
	use(t, c, all)
	for _, key := range b.keys() {
		if !strings.HasPrefix(key, c.prefix+"/") {
			t.Errorf("key %q", key)
		}
	}
	found := readHoards(t, b.bodies())
	if len(found.snapshots) != 1 || len(found.packs) == 0 {
		t.Fatalf("%d snapshots, %d packs", len(found.snapshots), len(found.packs))
	}
	for _, key := range b.keys() {
		if isEntryKey(key) {
			b.remove(key)
		}
	}
	reuse(t, c.emptied(t), all)
}

// Objects that other machines put join a pack when a run used them.
func TestObjectsOfOthersJoinAPack(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	all := wares("of others")
	for _, e := range all {
		s.hold(e.action, e.body)
	}
	reuse(t, scoped(t, s.store), all)
	keptWhole(t, s, all)
}

// A run adds what is new to what there is; nothing is written twice.
func TestARunAddsToASnapshot(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z, old := largeHoard(t, 8, 100_000)
	z.lay(s)
	fresh := packedOf("fresh", noise(200_000))
	h := start(t, scoped(t, s.store))
	for _, e := range old {
		h.hit(e.action, e.body)
	}
	h.put(fresh.action, fresh.body)
	h.leave()
	h.quiet()
	n, got := kept(t, s)
	if !maps.Equal(actions(got), actions(append(old, fresh))) {
		t.Errorf("%d entries, want %d", len(got), len(old)+1)
	}
	written := s.accelerated("PUT", packKeys)
	if len(n.packs) != 2 || len(written) != 1 {
		t.Fatalf("%d packs, of which %d are new", len(n.packs), len(written))
	}
	if o, _ := s.load(written[0]); len(o.body) > 210_000 {
		t.Errorf("a new pack of %d bytes for one entry", len(o.body))
	}
}

// An entry whose output is another now is had as it is now.
func TestAnEntryChanges(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	changed := slices.Clone(z.entries)
	for i := range changed {
		changed[i] = packed{changed[i].action, id{}, 0, fmt.Append(nil, "changed ", i)}
		changed[i].output = outputOf(changed[i].body)
	}
	useKnown(t, scoped(t, s.store), changed)
	reuse(t, scoped(t, s.store), changed)
	if _, got := kept(t, s); !maps.Equal(actions(got), actions(changed)) {
		t.Errorf("the snapshot has %d entries, want %d", len(got), len(changed))
	}
}

// A run that used little, a build that failed, takes nothing away.
func TestAShortRunTakesNothingAway(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z, old := largeHoard(t, 8, 20_000)
	z.lay(s)
	fresh := packedOf("fresh", noise(200_000))
	useKnown(t, scoped(t, s.store), []packed{fresh})
	if _, got := kept(t, s); !maps.Equal(actions(got), actions(append(old, fresh))) {
		t.Errorf("%d entries, want %d", len(got), len(old)+1)
	}
}

// Too many packs are merged by the run that notices.
func TestManyPacksAreMerged(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newHoard(testScope(t))
	var all []packed
	for i := range 40 {
		all = append(all, packedOf(fmt.Sprint("merged ", i), noise(5000+i)))
		z.pack(blockOf(all[i]))
	}
	z.lay(s)
	reuse(t, scoped(t, s.store), all)
	n, got := kept(t, s)
	if !maps.Equal(actions(got), actions(all)) {
		t.Errorf("%d entries, want %d", len(got), len(all))
	}
	if len(n.packs) > 20 {
		t.Errorf("%d packs", len(n.packs))
	}
	before := s.puts()
	reuse(t, scoped(t, s.store), all)
	if after := s.puts(); after != before {
		t.Errorf("%d more uploads", after-before)
	}
}

// What cannot be uploaded is in no snapshot, and harms nothing.
func TestUploadOfAcceleratorsFails(t *testing.T) {
	for _, f := range []fault{
		{name: "403", do: document("403 Forbidden", "AccessDenied")},
		{name: "500", do: document("500 Internal Server Error", "InternalError")},
		{name: "413", do: document("413 Content Too Large", "EntityTooLarge")},
		{name: "reset", do: rawReset("")},
		{name: "no answer", do: (*exchange).stall},
	} {
		for _, kind := range []string{packKeys, snapshotKeys} {
			t.Run(f.name+" "+kind, func(t *testing.T) {
				t.Parallel()
				s := newBadServer(t, func(x *exchange) {
					if x.method == "PUT" && strings.HasPrefix(x.entry, kind) {
						f.do(x)
					} else {
						x.good()
					}
				})
				all := wares("failing")
				h := start(t, scoped(t, s.store).with("-drain=3s"))
				for _, e := range all {
					h.put(e.action, e.body)
				}
				h.leave()
				h.said(0, 2)
				soundCache(t, h.machine.cache)
				readHoards(t, s.bodies())
				s.swap(nil)
				use(t, scoped(t, s.store), all)
				reuse(t, scoped(t, s.store), all)
				if _, got := kept(t, s); !maps.Equal(actions(got), actions(all)) {
					t.Errorf("%d entries afterwards, want %d", len(got), len(all))
				}
			})
		}
	}
}

// Packs that the bucket has lost are written anew by the runs that miss them.
func TestLostPacksAreReplaced(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	z := newTreasure(t)
	z.lay(s)
	z.holdAll(s)
	s.forget(packKeys)
	reuse(t, scoped(t, s.store), z.entries)
	reuse(t, scoped(t, s.store), z.entries)
	asked := len(s.requests("GET", ""))
	reuse(t, scoped(t, s.store), z.entries)
	if n := len(s.requests("GET", "")) - asked; n != 0 {
		t.Errorf("%d entries are still asked for", n)
	}
}
