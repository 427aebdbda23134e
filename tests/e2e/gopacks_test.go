package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// agree wants a snapshot under two keys, and for each of its entries an object
// with the same body, and the other way round.
func agree(t *testing.T, objects map[string][]byte) {
	t.Helper()
	found := readHoards(t, objects)
	if len(found.snapshots) != 2 || len(found.packs) == 0 {
		t.Fatalf("%d snapshots, %d packs", len(found.snapshots), len(found.packs))
	}
	for key, n := range found.snapshots {
		other := n.head.Family
		if key == other {
			other = n.head.Scope
		}
		if _, there := found.snapshots[other]; !there || n.head.Scope == n.head.Family {
			t.Errorf("%s is of scope %s, family %s", key.hex(), n.head.Scope.hex(), n.head.Family.hex())
		}
		for _, e := range found.entries[key] {
			if body, there := objects[e.action.hex()]; !there || !bytes.Equal(body, e.body) {
				t.Errorf("entry %s has %d bytes, its object %d", e.action.hex(), len(e.body), len(body))
			}
		}
		if want := len(objects) - len(found.snapshots) - len(found.packs); len(found.entries[key]) != want {
			t.Errorf("%d entries, %d objects", len(found.entries[key]), want)
		}
	}
}

// A fresh machine with a warm bucket compiles nothing, in few requests, of
// which none is for an entry that is there; and the entries' own objects are
// not needed at all.
func TestFreshMachineWithPacks(t *testing.T) {
	for _, objects := range []bool{true, false} {
		name := "with objects"
		if !objects {
			name = "without objects"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := filled(t)
			if !objects {
				s.forgetEntries()
			}
			out := filepath.Join(t.TempDir(), "app")
			g := withHelper(at(t, s.store))
			if n := g.compiles(t, sharedModule(t), "build", "-o", out, "."); n != 0 {
				t.Errorf("%d compiles", n)
			}
			if got := output(t, out); got != expected {
				t.Errorf("it prints %q", got)
			}
			goneWithin(t, g.cache, hang)
			if n := len(s.seen); n > 20 {
				t.Errorf("%d requests", n)
			}
			if n := s.served(); n != 0 {
				t.Errorf("%d entries were fetched as objects", n)
			}
			if n := s.puts(); n != 0 {
				t.Errorf("%d uploads", n)
			}
			soundCache(t, g.cache)
		})
	}
}

// -prefetch off: the same from the entries' own objects.
func TestFreshMachineWithoutPrefetch(t *testing.T) {
	t.Parallel()
	s := filled(t)
	g := withHelper(at(t, s.store).with("-prefetch=off"))
	if n := g.compiles(t, newModule(t, nil), "build", "-o", os.DevNull, "."); n != 0 {
		t.Errorf("%d compiles", n)
	}
	if s.served() < 20 || len(s.accelerated("GET", packKeys)) != 0 {
		t.Errorf("%d objects and %d parts of packs were fetched", s.served(), len(s.accelerated("GET", packKeys)))
	}
}

// One package has changed, as on a new branch: it alone is compiled, and the
// rest comes from packs.
func TestChangedPackageWithPacks(t *testing.T) {
	t.Parallel()
	s := filled(t)
	g := withHelper(at(t, s.store))
	dir := newModule(t, map[string]string{"sum/more.go": "package sum\n\nconst More = 1\n"})
	if n := g.compiles(t, dir, "build", "-o", os.DevNull, "."); n < 1 || n > 2 { // main uses it
		t.Errorf("%d compiles", n)
	}
	goneWithin(t, g.cache, hang)
	if n := s.served(); n != 0 {
		t.Errorf("%d entries were fetched as objects", n)
	}
	next := withHelper(at(t, s.store))
	before := len(s.seen)
	if n := next.compiles(t, dir, "build", "-o", os.DevNull, "."); n != 0 {
		t.Errorf("%d compiles on the next machine", n)
	}
	goneWithin(t, next.cache, hang)
	if n := len(s.seen) - before; n > 20 || s.served() != 0 {
		t.Errorf("%d requests, %d entries as objects", n, s.served())
	}
}

// The store fails for the scope's own snapshot, and not for the family's: that
// is read, but nothing is written over either.
func TestOneSnapshotThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	s := filled(t)
	before := s.bodies()
	own := ""
	for _, n := range readHoards(t, before).snapshots {
		own = snapshotKeys + n.head.Scope.hex()
	}
	s.swap(func(x *exchange) {
		if x.method == "GET" && x.entry == own {
			x.fail("500 Internal Server Error", "InternalError", "")
		} else {
			x.good()
		}
	})
	g := withHelper(at(t, s.store))
	dir := newModule(t, map[string]string{"sum/more.go": "package sum\n\nconst More = 1\n"})
	if n := g.compiles(t, dir, "build", "-o", os.DevNull, "."); n < 1 || n > 2 {
		t.Errorf("%d compiles", n)
	}
	goneWithin(t, g.cache, hang)
	if len(s.accelerated("GET", packKeys)) == 0 {
		t.Error("nothing was fetched ahead")
	}
	if written := s.accelerated("PUT", accelerators); len(written) != 0 {
		t.Errorf("written: %v", written)
	}
}

// Several go commands at once on one fresh machine.
func TestSeveralGoCommandsWithPacks(t *testing.T) {
	t.Parallel()
	s := filled(t)
	c := at(t, s.store)
	dir := newModule(t, nil)
	var wait sync.WaitGroup
	for i := range 3 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			out := filepath.Join(c.dir, "tmp", "out"+string(rune('a'+i)))
			r := withHelper(c).try(t, dir, "build", "-o", out, ".")
			if r.exit != 0 || r.stderr != "" {
				t.Errorf("exit %d: %s", r.exit, r.stderr)
			} else if got := output(t, out); got != expected {
				t.Errorf("it prints %q", got)
			}
		}()
	}
	wait.Wait()
	goneWithin(t, c.cache, hang)
	soundCache(t, c.cache)
	// what another has just brought may be taken for missing
	if n := s.served(); n > 20 {
		t.Errorf("%d entries were fetched as objects", n)
	}
}

// The go command gets the right result from every kind of bad pack.
func TestGoBuildWithSpoiledPacks(t *testing.T) {
	for name, alter := range map[string]func(body []byte) []byte{
		"nothing": nil,
		"empty":   func([]byte) []byte { return nil },
		"half":    func(b []byte) []byte { return b[:len(b)/2] },
		"flipped": func(b []byte) []byte {
			for i := 500; i < len(b); i += 100_000 {
				b[i] ^= 1
			}
			return b
		},
		"random": func(b []byte) []byte { return noise(len(b)) },
	} {
		for _, kind := range []string{packKeys, snapshotKeys} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				s := filled(t)
				s.alter(kind, alter)
				out := filepath.Join(t.TempDir(), "app")
				g := withHelper(at(t, s.store))
				if n := g.compiles(t, newModule(t, nil), "build", "-o", out, "."); n != 0 {
					t.Errorf("%d compiles", n)
				}
				if got := output(t, out); got != expected {
					t.Errorf("it prints %q", got)
				}
				goneWithin(t, g.cache, hang)
				soundCache(t, g.cache)
			})
		}
	}
}
