package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// bare is a package that imports nothing and has no test: what go does with it
// is soon done.
var bare = map[string]string{"bare/bare.go": "package bare\n"}

// stats is a line of the file of -stats, as docs/stats.md has it.
type stats struct {
	Schema                                  int
	Complete                                bool
	Version, Command, Scope, Started, Close string
	WallMs                                  int `json:"wall_ms"`
	Gets, Misses, Puts, Untold              int
	LocalHits                               int `json:"local_hits"`
	RemoteHits                              int `json:"remote_hits"`
	Front                                   usage
	Mirror                                  *mirrorStats
}

type usage struct {
	CPU  int `json:"cpu_us"`
	Peak int `json:"peak_kb"`
}

type mirrorStats struct {
	usage
	Requests, Fetched, Uploaded int
}

// readStats reads all lines of a file; each must be a document.
func readStats(t testing.TB, path string) []stats {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []stats
	for _, line := range lines(string(text)) {
		var s stats
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, s)
	}
	return all
}

// counted runs a go command and reads what it left.
func counted(t testing.TB, g gocmd, dir string, args ...string) stats {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stats")
	g.config = g.set("GOCACHE_S3_STATS=" + path)
	g.run(t, dir, args...)
	all := readStats(t, path)
	if len(all) != 1 {
		t.Fatalf("go %s left %d lines", strings.Join(args, " "), len(all))
	}
	return all[0]
}

func TestStatsTellWhatHappened(t *testing.T) {
	t.Parallel()
	c := local(t)
	dir := newModule(t, bare)
	first := counted(t, withHelper(c), dir, "build", "./bare")
	if first.Schema != 1 || first.Command != "build" || first.Close != "done" || len(first.Scope) != 64 {
		t.Errorf("%+v", first)
	}
	if first.Gets == 0 || first.Puts == 0 || first.Misses == 0 || first.Front.CPU == 0 || first.Front.Peak == 0 {
		t.Errorf("%+v", first)
	}
	if first.Mirror == nil || first.Mirror.Uploaded != first.Puts || first.Mirror.Requests < first.Puts {
		t.Errorf("%+v, the mirror %+v", first, first.Mirror)
	}
	second := counted(t, withHelper(c), dir, "build", "./bare")
	if second.LocalHits == 0 || second.Gets != second.LocalHits+second.RemoteHits+second.Misses {
		t.Errorf("%+v", second)
	}
	third := counted(t, withHelper(c.emptied(t)), dir, "build", "./bare")
	if third.LocalHits+third.RemoteHits == 0 || third.Mirror == nil {
		t.Errorf("%+v", third)
	}
	list := counted(t, withHelper(c), dir, "list", "-export", "./bare")
	if list.Command != "list" || list.Close != "none" || list.Complete || list.Mirror != nil || list.LocalHits == 0 {
		t.Errorf("%+v", list)
	}
}

// A line says whether it is all, for what is done behind go's back is not in it.
func TestStatsSayWhetherTheyAreAll(t *testing.T) {
	for name, test := range map[string]struct {
		older    bool // the bucket lacks an entry of an earlier run
		close    string
		complete bool
	}{
		"all":           {false, "done", true},
		"older entries": {true, "done", false},
		"no close":      {false, "none", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			closed := newGate(1)
			s := newBadServer(t, func(x *exchange) {
				if x.isList() && test.older {
					closed.wait()
				}
				x.good()
			})
			path := filepath.Join(t.TempDir(), "stats")
			c := scoped(t, s.store).with("-stats", path)
			if test.older {
				alone := c.with("-stats=")
				alone.endpoint, alone.bucket = "", ""
				before := start(t, alone)
				before.put(actionOf("older"), sample)
				before.end()
			}
			h := start(t, c)
			h.miss(bystander) // which waits for the last snapshot
			h.put(victim, sample)
			if test.older {
				h.hit(actionOf("older"), sample)
			}
			if test.close == "done" {
				h.close(hang)
			}
			h.stdin.Close()
			h.exitZero()
			closed.arrive()
			goneWithin(t, h.machine.cache, hang)
			got := readStats(t, path)[0]
			counted := got.Mirror != nil && got.Mirror.Requests == len(s.seen)
			if got.Close != test.close || got.Complete != test.complete || counted != test.complete {
				t.Errorf("%+v, the mirror %+v, of %d requests", got, got.Mirror, len(s.seen))
			}
		})
	}
}

// A path is relative to where go runs, and several may write at once.
func TestStatsOfManyGoCommandsInOneFile(t *testing.T) {
	t.Parallel()
	g := withHelper(local(t).with("-stats", "../stats"))
	dir := newModule(t, bare)
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 3 {
				if r := g.try(t, dir, "vet", "./bare"); r.exit != 0 {
					t.Error(r.stderr)
				}
			}
		}()
	}
	all.Wait()
	if n := len(readStats(t, filepath.Join(dir, "..", "stats"))); n != 12 {
		t.Errorf("%d lines, want 12", n)
	}
}

func TestStatsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	r := withHelper(local(t).with("-stats", "nowhere/stats")).run(t, newModule(t, bare), "build", "./bare")
	if ours := r.ours(); len(ours) != 1 || !strings.Contains(ours[0], "nowhere/stats") {
		t.Errorf("%q", ours)
	}
}
