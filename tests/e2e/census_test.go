package e2e

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What is not in the bucket costs a few requests, however much it is; what is
// there is found.
func TestCensusOfABucket(t *testing.T) {
	held := actionOf("held")
	for name, list := range map[string]struct {
		do    lister
		pages int
	}{
		"empty": {upTo(1000, held.hex()), 1},
		"small": {func(after string) ([]string, bool) {
			keys, more := evenly(500)(after)
			return slices.Sorted(slices.Values(append(keys, held.hex()))), more
		}, 1},
		"of foreign keys": {upTo(2, held.hex(), "README", "bin/a", "bin/b", "bin/c", "bin/d",
			"2024/a", "2024/b", "2024/c", "Logs/a", "Logs/b", "Logs/c", "gocache-s3/1/x", "web/a"), 12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, listedBy(list.do))
			s.hold(held, sample)
			h := start(t, at(t, s.store))
			h.missesForNothing(s, 300)
			h.hit(held, sample)
			h.end()
			h.quiet()
			if n := s.lists(); n < 1 || n > list.pages {
				t.Errorf("%d lists, want 1 to %d", n, list.pages)
			}
		})
	}
}

// Real servers list ranges from any position, with and without a prefix, and
// whatever else lies in the bucket.
func TestCensusOfARealBucket(t *testing.T) {
	const keys = 2500
	for _, p := range plainPlaces() {
		t.Run(p.name, func(t *testing.T) {
			b := p.newBucket(t)
			for _, key := range []string{"README", "bin/a", "0readme", "9/a", "gocache-s3/1/x", "team/README"} {
				b.write(key, object{body: sample})
			}
			b.fill(keys, "team/")
			for _, prefix := range []string{"", "team"} {
				machine, count := at(t, b.store).counted(t)
				machine.prefix = prefix
				h := start(t, machine)
				h.misses(2000)
				if prefix != "" {
					for i := 0; i < keys; i += keys / 10 {
						h.hit(actionOf("entry %d", i), sample)
					}
				}
				h.end()
				h.quiet()
				if n := count().Mirror; n.Requests > 1000 || n.Absent != 2000 {
					t.Errorf("prefix %q: %+v", prefix, n)
				}
			}
		})
	}
}

// fill writes entries, several at a time.
func (b *bucket) fill(count int, prefix string) {
	b.t.Helper()
	when := time.Now()
	var all sync.WaitGroup
	for worker := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := worker; i < count; i += 8 {
				b.write(prefix+actionOf("entry %d", i).hex(), goObject(sample, when))
			}
		}()
	}
	all.Wait()
}

// What the last run of a kind used, so that anything else is most likely not
// there: the list has begun with the second get for that, on as many connections
// as there are pages, and with none before it.
func TestCensusBesideTheSecondMiss(t *testing.T) {
	for name, c := range map[string]struct{ keys, most int }{
		"as many keys as known": {2700, 3},
		"twice as many":         {6000, 3 + 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const pages = 3
			together := newGate(pages)
			var listed atomic.Bool
			right := listedBy(evenly(uint64(c.keys)))
			s := newBadServer(t, func(x *exchange) {
				if x.isList() {
					together.arrive()
				}
				if listed.Load() && (x.isList() || x.method == "GET" && x.isEntry()) {
					together.wait()
				}
				right(x)
			})
			entries := layKnown(t, s, 2500)
			h := start(t, scoped(t, s.store))
			h.hit(entries[0].action, entries[0].body)
			h.miss(actionOf("first"))
			if n := s.lists(); n != 0 {
				t.Errorf("%d lists before the second miss", n)
			}
			listed.Store(true)
			h.missesForNothing(s, 300)
			h.end()
			h.quiet()
			if n := s.lists(); n < pages || n > c.most {
				t.Errorf("%d lists, want %d to %d", n, pages, c.most)
			}
		})
	}
}

// A million keys are given up at the first page, or at as many as the last run
// of the kind makes expect. Then gets are asked for less and less often, until
// something is found.
func TestCensusGivesUpAMillionKeys(t *testing.T) {
	for name, c := range map[string]struct{ known, lists int }{
		"nothing is known":     {0, 1},
		"a snapshot was there": {2500, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, listedBy(evenly(1000*1000)))
			if c.known > 0 {
				layKnown(t, s, c.known)
			}
			h := start(t, scoped(t, s.store))
			h.misses(1000)
			if n := s.lists(); n != c.lists {
				t.Errorf("%d lists", n)
			}
			checkDoubt(t, h, s)
			h.quiet()
		})
	}
}

// The same without the right to list: silently if misses are 404, with a line
// if they are 403 as AWS has it.
func TestCensusThatIsDenied(t *testing.T) {
	for name, absent := range map[string]script{
		"misses are 404": (*exchange).good,
		"misses are 403": document("403 Forbidden", "AccessDenied"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				if x.isList() {
					x.fail("403 Forbidden", "AccessDenied", "")
				} else if _, ok := x.s.load(x.entry); !ok && x.method == "GET" {
					absent(x)
				} else {
					x.good()
				}
			})
			h := start(t, at(t, s.store))
			h.misses(1000)
			if n := s.lists(); n != 1 {
				t.Errorf("%d lists", n)
			}
			checkDoubt(t, h, s)
			h.said(0, 1)
		})
	}
}

// checkDoubt ends a run that has asked for a thousand entries in vain.
func checkDoubt(t *testing.T, h *helper, s *badServer) {
	t.Helper()
	asked := len(s.requests("GET", ""))
	if asked < 1000/16 || asked > 200 {
		t.Errorf("%d gets of 1000 were asked", asked)
	}
	hits := 0
	for i := range 100 {
		action := actionOf("held %d", i)
		s.hold(action, sample)
		if got := h.get(action); !got.Miss {
			h.check(got, sample)
			hits++
		} else if hits > 0 {
			t.Fatalf("a miss after %d hits", hits)
		}
	}
	if hits < 100-15 {
		t.Errorf("%d hits of 100", hits)
	}
	h.end()
}

// A list that cannot be right is not believed: what it lacks is found.
func TestCensusThatCannotBeRight(t *testing.T) {
	held := actionOf("held")
	first, _ := evenly(9)(keyAt(0))
	for name, list := range map[string]lister{
		"downwards":                    func(string) ([]string, bool) { return []string{keyAt(9), keyAt(8)}, false },
		"the same key again and again": func(string) ([]string, bool) { return first[:1], true },
		"from the beginning each time": func(string) ([]string, bool) { return first[:3], true },
		"no key, and more":             func(string) ([]string, bool) { return nil, true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, listedBy(list))
			h := start(t, at(t, s.store))
			h.misses(12)
			s.hold(held, sample)
			h.hit(held, sample)
			h.end()
			h.said(1, 1)
			if n := s.lists(); n > 9 {
				t.Errorf("%d lists", n)
			}
		})
	}
}

// What another machine stores after the list is a miss in this run, and a hit
// in the next.
func TestCensusOfABucketThatGrows(t *testing.T) {
	t.Parallel()
	later := actionOf("later")
	s := newBadServer(t, nil)
	c := at(t, s.store)
	h := start(t, c)
	h.misses(100)
	s.hold(later, sample)
	h.miss(later)
	h.end()
	h.quiet()
	h = start(t, c)
	h.hit(later, sample)
	h.end()
}

// A build into an empty bucket costs no round trip per package.
func TestCensusInAGoBuild(t *testing.T) {
	s := newBadServer(t, listedBy(upTo(1000)))
	g := withHelper(at(t, s.store).set("GOMAXPROCS=4")) // so many ask before the list has come
	dir := newModule(t, nil)
	if n := g.compiles(t, dir, "build", "."); n < 20 {
		t.Fatalf("only %d packages were compiled", n)
	}
	if n := len(s.requests("GET", "")); n > 40 {
		t.Errorf("%d gets", n)
	}
	if n := s.lists(); n != 1 {
		t.Errorf("%d lists", n)
	}
}
