package e2e

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// One answer in five is bad in a random way while real go commands build:
// exit 0, the right program, few lines, bounded time.
func TestGoBuildThroughAFaultyStore(t *testing.T) {
	trouble := everyFifth(rand.New(rand.NewPCG(5, 6)))
	s := newBadServer(t, nil)
	c := at(t, s.store)
	dir := newModule(t, nil)
	out := filepath.Join(t.TempDir(), "app")
	g := withHelper(c)
	first := g.run(t, dir, "build", "-o", out, ".")
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	s.swap(trouble)
	for round := range 2 {
		g.config = c.emptied(t)
		if round%2 == 1 {
			s.forgetHalf()
		}
		r := g.run(t, dir, "build", "-o", out, ".")
		if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, want) {
			t.Errorf("another program: %v", err)
		}
		if n := len(r.ours()); n > 6 {
			t.Errorf("%d lines:\n%s", n, r.stderr)
		}
		if r.took > first.took+40*time.Second {
			t.Errorf("it took %v, the first build %v", r.took, first.took)
		}
		goneWithin(t, c.cache, patience)
	}
}

// everyFifth answers one request in five with a random fault.
func everyFifth(random *rand.Rand) script {
	spoilt := []script{instead(flip), instead(func(b []byte) []byte { return b[:len(b)/2] })}
	var lock sync.Mutex
	var any []script
	for _, f := range faults {
		if f.heals == yes {
			any = append(any, f.do)
		}
	}
	return func(x *exchange) {
		lock.Lock()
		n := random.IntN(5 * (len(any) + len(spoilt)))
		lock.Unlock()
		switch {
		case n < len(any) && x.isEntry():
			any[n](x)
		case n < len(any)+len(spoilt) && x.method == "GET" && len(x.stored().body) > 0:
			spoilt[n%len(spoilt)](x)
		default:
			x.good()
		}
	}
}

// The store goes away in the middle of a build.
func TestGoBuildWhileTheStoreGoesAway(t *testing.T) {
	for name, leave := range map[string]func(s *badServer){
		"refuses":     (*badServer).stop,
		"is silent":   func(s *badServer) { s.swap((*exchange).stall) },
		"resets":      func(s *badServer) { s.swap((*exchange).reset) },
		"forbids":     func(s *badServer) { s.swap(document("403 Forbidden", "InvalidAccessKeyId")) },
		"is too busy": func(s *badServer) { s.swap(document("503 Slow Down", "SlowDown")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newBadServer(t, nil)
			c := at(t, s.store).with("-drain=2s")
			dir := newModule(t, nil)
			begun := sync.OnceFunc(func() { leave(s) })
			s.swap(func(x *exchange) {
				if x.good(); s.entries() > 9 {
					go begun()
				}
			})
			r := withHelper(c).run(t, dir, "build", "runtime")
			if n := len(r.ours()); n > 3 {
				t.Errorf("%d lines:\n%s", n, r.stderr)
			}
			if s.entries() < 9 {
				t.Errorf("the store was not gone: %d entries", s.entries())
			}
			if r.took > 2*hang {
				t.Errorf("it took %v", r.took)
			}
			goneWithin(t, c.cache, patience)
		})
	}
}
