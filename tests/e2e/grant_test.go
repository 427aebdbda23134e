package e2e

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Keys come from each source, and all goes on as with keys of one's own.
func TestGrantedKeysAreGood(t *testing.T) {
	t.Parallel()
	for _, source := range grantSources {
		t.Run(source.name, func(t *testing.T) {
			t.Parallel()
			g := newGrantor(t)
			s := g.store(t)
			s.hold(victim, sample)
			h := start(t, source.configure(t, at(t, s.store), g.url))
			h.hit(victim, sample)
			h.put(bystander, sample)
			h.end()
			h.quiet()
			if s.entries() != 2 {
				t.Errorf("%d entries in the bucket, want 2", s.entries())
			}
			if g.grants() != 1 {
				t.Errorf("keys were granted %d times, want once", g.grants())
			}
		})
	}
}

// Whatever a source does, a build goes on without the bucket, and the person
// is told once where it was asked and why that is in vain.
func TestGrantFaultIsAMiss(t *testing.T) {
	t.Parallel()
	for _, source := range grantSources {
		for _, fault := range grantFaults {
			t.Run(source.name+", "+fault.name, func(t *testing.T) {
				t.Parallel()
				g := newGrantor(t)
				url := g.url
				if fault.answer == nil {
					url = fmt.Sprintf("http://127.0.0.1:%d", freePort())
				}
				g.fault = func(x *asked) bool { fault.answer(x); return true }
				s := g.store(t)
				c := source.configure(t, at(t, s.store), url).with("-drain=1s")
				begun := time.Now()
				h := start(t, c)
				h.miss(victim)
				h.miss(victim)
				if took := time.Since(begun); took > patience {
					t.Errorf("two gets took %v", took)
				}
				h.put(victim, sample)
				h.hit(victim, sample)
				h.end()
				said := strings.Join(h.said(1, 2), "\n")
				if !strings.Contains(said, "no credentials from") || !strings.Contains(said, fault.words) {
					t.Errorf("said %q, want %q", said, fault.words)
				}
				if strings.Contains(said, "CANARY") || strings.Contains(said, "canary") {
					t.Errorf("said a secret: %q", said)
				}
			})
		}
	}
}

// Keys that end in the middle of a run are renewed before that, and nobody
// notices.
func TestKeysThatEndInMidRunCostNothing(t *testing.T) {
	t.Parallel()
	for _, source := range grantSources[:3] {
		t.Run(source.name, func(t *testing.T) {
			t.Parallel()
			g := newGrantor(t)
			g.life = 6 * time.Second
			s := g.store(t)
			s.hold(victim, sample)
			h := start(t, source.configure(t, at(t, s.store), g.url))
			begun := time.Now()
			for n := range 50 {
				s.hold(actionOf("%d", n), sample)
				h.hit(actionOf("%d", n), sample)
				time.Sleep(300 * time.Millisecond)
			}
			h.end()
			h.quiet()
			took := time.Since(begun)
			if n, most := g.grants(), 2+int(took/(g.life*2/3)); n < 3 || n > most {
				t.Errorf("keys were granted %d times in %v, want 3 to %d", n, took, most)
			}
		})
	}
}

// The store takes none of the keys any longer: all who ask wait for the same
// other ones.
func TestRefusedKeysAreReplacedOnceForAll(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	s := g.store(t)
	h := start(t, grantSources[0].configure(t, at(t, s.store).with("-scope=off"), g.url))
	h.miss(victim)
	g.refuseAll()
	g.delay = 300 * time.Millisecond
	const gets = 32
	var ids []int64
	for n := range gets {
		s.hold(actionOf("%d", n), sample)
		ids = append(ids, h.nextID())
		h.raw(getRequest(ids[n], actionOf("%d", n)).encode(nil))
	}
	for _, id := range ids {
		h.check(h.await(id, patience), sample)
	}
	h.end()
	h.quiet()
	if g.grants() != 2 {
		t.Errorf("keys were granted %d times, want twice", g.grants())
	}
}

// An instance is asked three things on one connection, and the bucket's own
// connection is opened meanwhile: four round trips to the first byte. The last of
// its answers waits for that connection.
func TestInstanceIsAskedBesideTheBucket(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	connected := make(chan struct{})
	g.fault = func(*asked) bool {
		g.mu.Lock()
		last := len(g.seen) == 3
		g.mu.Unlock()
		if last {
			select {
			case <-connected:
			case <-time.After(patience):
				t.Error("the bucket was not connected to before the last answer about keys")
			}
		}
		return false
	}
	s := g.store(t)
	s.hold(victim, sample)
	connect := sync.OnceFunc(func() { close(connected) })
	s.onAccept = func(net.Conn, int) bool { connect(); return true }
	h := start(t, grantSources[1].configure(t, at(t, s.store).with("-scope=off"), g.url))
	h.hit(victim, sample)
	h.end()
	h.quiet()
	if len(g.seen) != 3 || g.conns != 1 {
		t.Errorf("the instance was asked %v on %d connections, want three things on one", g.seen, g.conns)
	}
}

// On a machine that is no instance, what needs no bucket waits for nothing.
func TestNoInstanceCostsNothing(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	g.fault = func(x *asked) bool { grantFaults[1].answer(x); return true }
	s := g.store(t)
	c := grantSources[1].configure(t, at(t, s.store).with("-drain=1s"), g.url)
	begun := time.Now()
	h := start(t, c)
	for n := range 20 {
		h.put(actionOf("%d", n), sample)
		h.hit(actionOf("%d", n), sample)
	}
	if took := time.Since(begun); took > patience {
		t.Errorf("the first line, 20 puts and local hits took %v", took)
	}
	h.end()
}

// kubelet writes a token into a new directory and renames a link beside it; the
// sandbox lets it be read all the same.
func TestRotatedTokenIsRead(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	g.life = 4 * time.Second
	var mu sync.Mutex
	var tokens []string
	g.fault = func(x *asked) bool {
		x.q.ParseForm()
		mu.Lock()
		defer mu.Unlock()
		tokens = append(tokens, x.q.PostForm.Get("WebIdentityToken"))
		return false
	}
	s := g.store(t)
	c := grantSources[2].configure(t, at(t, s.store), g.url)
	volume := filepath.Join(c.dir, "secrets")
	rotate(t, volume, "1")
	if err := os.Symlink("..data/token", filepath.Join(volume, "token")); err != nil {
		t.Fatal(err)
	}
	h := start(t, c.set("AWS_WEB_IDENTITY_TOKEN_FILE="+filepath.Join(volume, "token")))
	h.miss(victim)
	rotate(t, volume, "2")
	waitFor(t, "the second token", patience, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(tokens) > 1 && tokens[len(tokens)-1] == "CANARYWEBTOKEN2"
	})
	h.end()
	h.quiet()
}

// rotate writes token n as kubelet does.
func rotate(t *testing.T, volume, n string) {
	t.Helper()
	dir := filepath.Join(volume, "..dir"+n)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("CANARYWEBTOKEN"+n), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(volume, "..data_tmp")
	if err := os.Symlink("..dir"+n, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(link, filepath.Join(volume, "..data")); err != nil {
		t.Fatal(err)
	}
}

// A token that is refreshed goes back into the cache, for all who use it.
func TestRefreshedSignInIsKept(t *testing.T) {
	t.Parallel()
	g := newGrantor(t)
	s := g.store(t)
	c := grantSources[4].configure(t, at(t, s.store), g.url)
	h := start(t, c)
	h.miss(victim)
	h.end()
	h.quiet()
	cache := filepath.Join(c.dir, "home", signInCache("corp"))
	text, err := os.ReadFile(cache)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CANARYNEWTOKEN", "CANARYREFRESH2", `"clientSecret"`, `"startUrl"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the cache lacks %s: %s", want, text)
		}
	}
	if info, err := os.Stat(cache); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the cache has mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(cache)); len(left) != 1 {
		t.Errorf("%d files beside it", len(left)-1)
	}
}
