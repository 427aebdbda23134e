package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Many runners of one kind end at the same moment: what they leave is sound,
// and what they had in common is fetched ahead by the next.
func TestManyRunnersEndAtOnce(t *testing.T) {
	t.Parallel()
	const runners = 12
	s := newBadServer(t, nil)
	common := wares("common")
	var ready, done sync.WaitGroup
	ready.Add(runners)
	for n := range runners {
		done.Add(1)
		go func() {
			defer done.Done()
			arrive := sync.OnceFunc(ready.Done)
			defer arrive() // else the others wait for one that has failed
			h := start(t, scoped(t, s.store))
			for _, e := range common {
				h.put(e.action, e.body)
			}
			for i := range 5 {
				h.put(actionOf("own %d %d", n, i), fmt.Append(nil, "own ", n, " ", i))
			}
			arrive()
			ready.Wait()
			h.leave()
			h.quiet()
		}()
	}
	done.Wait()
	_, got := kept(t, s)
	all := actions(got)
	for _, e := range common {
		if all[e.action] != e.output {
			t.Errorf("%s is not in the snapshot", e.action.hex())
		}
	}
	asked := len(s.requests("GET", ""))
	reuse(t, scoped(t, s.store), common)
	if n := len(s.requests("GET", "")) - asked; n != 0 {
		t.Errorf("%d entries were asked for", n)
	}
	for n := range runners {
		var own []packed
		for i := range 5 {
			own = append(own, packedOf("", fmt.Append(nil, "own ", n, " ", i)))
			own[i].action = actionOf("own %d %d", n, i)
		}
		reuse(t, scoped(t, s.store), own)
	}
}

// Everybody is killed in the middle of what they do with packs. What is left
// is sound, temporary files go with the next trim, and the next run is right.
func TestKilledAmongPacks(t *testing.T) {
	z, entries := largeHoard(t, 8, 200_000)
	for name, test := range map[string]struct {
		method, kind string
	}{
		"fetching a snapshot": {"GET", snapshotKeys},
		"fetching a pack":     {"GET", packKeys},
		"writing a pack":      {"PUT", packKeys},
		"writing a snapshot":  {"PUT", snapshotKeys},
	} {
		for _, whom := range []string{"mirror", "front", "both"} {
			t.Run(name+" "+whom, func(t *testing.T) {
				t.Parallel()
				reached := make(chan struct{}, 99)
				s := newBadServer(t, func(x *exchange) {
					if x.method == test.method && strings.HasPrefix(x.entry, test.kind) {
						hold := func(x *exchange) { reached <- struct{}{}; x.stall() }
						if x.method == "GET" {
							hold = announcing(0, hold)
						}
						hold(x)
						return
					}
					x.good()
				})
				z.lay(s)
				for _, e := range entries {
					s.hold(e.action, e.body)
				}
				c := scoped(t, s.store).set(crashing...).with("-drain=1s")
				h := start(t, c)
				asked := h.nextID()
				h.raw(getRequest(asked, entries[7].action).encode(nil))
				fresh := packedOf("fresh", noise(300_000))
				putting := h.nextID()
				h.raw(putRequest(putting, fresh.action, fresh.body).encode(fresh.body))
				if test.method == "PUT" {
					h.await(asked, patience)
					h.await(putting, patience)
					h.offer(request{ID: h.nextID(), Command: "close"}.encode(nil))
				}
				select {
				case <-reached:
				case <-time.After(patience):
					t.Fatalf("nobody came to it; stderr: %s", h.stderr)
				}
				mirror := h.mirror()
				if whom != "mirror" {
					h.signal(syscall.SIGKILL)
				}
				if whom != "front" {
					syscall.Kill(mirror, syscall.SIGKILL)
				}
				if whom == "mirror" && test.method == "GET" {
					if got := h.await(asked, patience); !got.Miss {
						h.check(got, entries[7].body)
					}
				}
				h.stdin.Close()
				<-h.done
				goneWithin(t, c.cache, hang)
				s.swap(nil)
				onlyOldTemporaries(t, c.cache)
				again := start(t, c)
				for _, e := range entries {
					again.hit(e.action, e.body)
				}
				again.end()
				goneWithin(t, c.cache, hang)
				soundCache(t, c.cache)
				readHoards(t, s.bodies())
			})
		}
	}
}

// onlyOldTemporaries makes what a crash left behind as old as the next trim
// wants it, and the trim due.
func onlyOldTemporaries(t testing.TB, cache string) {
	t.Helper()
	old := time.Now().Add(-2 * time.Hour)
	left, _ := filepath.Glob(filepath.Join(cache, "*", "gocache-s3-*.tmp"))
	for _, path := range left {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d temporary files were left", len(left))
	writeFile(t, filepath.Join(cache, "trim.txt"), fmt.Append(nil, time.Now().Add(-48*time.Hour).Unix()))
}
