package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A sanitizer shall not take the signals of these tests for a bug.
var crashing = []string{"ASAN_OPTIONS=handle_segv=0:handle_abort=0",
	"UBSAN_OPTIONS=handle_segv=0:handle_abort=0", "TSAN_OPTIONS=handle_segv=0:handle_abort=0"}

// Every way to lose the process that talks to the network.
var losses = map[string]syscall.Signal{
	"killed":  syscall.SIGKILL,
	"stopped": syscall.SIGSTOP,
	"crashed": syscall.SIGSEGV,
	"aborted": syscall.SIGABRT,
}

// The mirror is lost while a get waits for it: the get is answered, a new
// mirror fetches the rest, and close does its work.
func TestMirrorLostDuringAGet(t *testing.T) {
	for name, sig := range losses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				if x.entry == victim.hex() {
					time.Sleep(time.Second)
				}
				x.good()
			})
			s.hold(victim, sample)
			s.hold(bystander, sample)
			h := start(t, at(t, s.store).set(crashing...).with("-drain=60s"))
			h.put(actionOf("before"), sample)
			waitFor(t, "the upload", hang, func() bool { return s.entries() == 3 })
			n := h.nextID()
			h.raw(getRequest(n, victim).encode(nil))
			waitFor(t, "the get", hang, func() bool { return len(s.requests("GET", victim.hex())) > 0 })
			syscall.Kill(h.mirror(), sig)
			if got := h.await(n, patience); !got.Miss {
				h.check(got, sample)
			}
			h.hit(bystander, sample)
			h.put(actionOf("after"), sample)
			h.close(hang + drainSlack)
			h.stdin.Close()
			h.exitZero()
			h.said(0, 2)
			goneWithin(t, h.machine.cache, hang)
			if _, stored := s.load(actionOf("after").hex()); !stored {
				t.Errorf("a put after it is lost; stderr: %s", h.stderr)
			}
		})
	}
}

// Lost again and again: three new mirrors at most, then misses at once.
func TestMirrorIsRestartedThreeTimes(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	h := start(t, at(t, s.store))
	lost := map[int]bool{}
	for i := range 10 {
		s.hold(actionOf("again %d", i), sample)
		if got := h.get(actionOf("again %d", i)); !got.Miss {
			h.check(got, sample)
		}
		time.Sleep(50 * time.Millisecond)
		for _, pid := range descendants(h.cmd.Process.Pid) {
			lost[pid] = true
			syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if len(lost) < 2 || len(lost) > 4 {
		t.Errorf("%d mirrors, want the first and up to three more", len(lost))
	}
	begin := time.Now()
	h.miss(actionOf("after all"))
	h.put(victim, sample)
	h.hit(victim, sample)
	h.end()
	if took := time.Since(begin); took > patience {
		t.Errorf("%v without a mirror", took)
	}
	h.said(1, 3)
}

// What the lost mirror knew of is no less used for that: the one that takes its
// place adds to the snapshot and takes nothing away, so that no later run has to
// ask for more.
func TestLostMirrorTakesNothingAway(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	var all []packed
	for i := range 8 {
		all = append(all, packedOf(fmt.Sprint("kept ", i), append(noise(20_000), byte(i))))
	}
	z := newHoard(testScope(t))
	z.pack(blockOf(all[:4]...), blockOf(all[4:]...))
	z.lay(s)
	h := start(t, scoped(t, s.store))
	for _, e := range all {
		h.hit(e.action, e.body)
	}
	h.loseMirror()
	for _, e := range all[:5] { // as if the second block were hardly used
		h.hit(e.action, e.body)
	}
	fresh := packedOf("fresh", noise(20_000))
	h.put(fresh.action, fresh.body)
	h.leave()
	h.said(1, 1)
	all = append(all, fresh)
	keptWhole(t, s, all)
}

// Without any snapshot, there is one afterwards of what is known.
func TestLostMirrorOfAFirstRun(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	all := wares("lost")
	h := start(t, scoped(t, s.store))
	for i, e := range all {
		if i == 10 {
			h.loseMirror()
		}
		h.put(e.action, e.body)
	}
	h.leave()
	h.said(1, 1)
	if _, got := kept(t, s); !maps.Equal(actions(got), actions(all[10:])) {
		t.Errorf("%d entries, want %d", len(got), len(all)-10)
	}
}

// loseMirror kills the mirror and waits for the one that takes its place.
func (h *helper) loseMirror() {
	h.t.Helper()
	lost := h.mirror()
	syscall.Kill(lost, syscall.SIGKILL)
	waitFor(h.t, "another mirror", prompt, func() bool {
		found := descendants(h.cmd.Process.Pid)
		return len(found) == 1 && found[0] != lost
	})
}

// Lost during close: the answer to close still comes.
func TestMirrorLostDuringClose(t *testing.T) {
	for name, sig := range losses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, release := heldPuts(t)
			h := start(t, at(t, s.store).set(crashing...))
			for i := range 10 {
				h.put(actionOf("closing %d", i), sample)
			}
			n := h.nextID()
			h.raw(request{ID: n, Command: "close"}.encode(nil))
			waitFor(t, "the first upload", prompt, func() bool { return len(s.requests("PUT", "")) > 0 })
			syscall.Kill(h.mirror(), sig)
			release()
			if got := h.await(n, hang); got.Err != "" {
				t.Errorf("close was answered with an error: %s", got.Err)
			}
			h.stdin.Close()
			h.exitZero()
			goneWithin(t, h.machine.cache, patience)
		})
	}
}

// The front is lost: the mirror finishes or leaves, in bounded time.
func TestFrontLost(t *testing.T) {
	t.Parallel()
	s := slowPuts(t, 200*time.Millisecond)
	h := start(t, at(t, s.store).with("-drain=2s"))
	for i := range 5 {
		h.put(actionOf("orphan %d", i), sample)
	}
	h.signal(syscall.SIGKILL)
	<-h.done
	goneWithin(t, h.machine.cache, 2*time.Second+drainSlack)
	noTemporaries(t, h.machine.cache)
}

// The real go command while its helper's mirror is lost at random moments:
// exit 0, the right program, in bounded time, nobody left.
func TestGoBuildWhileTheMirrorIsLost(t *testing.T) {
	s := newBadServer(t, func(x *exchange) { time.Sleep(2 * time.Millisecond); x.good() })
	c := at(t, s.store)
	dir := newModule(t, nil)
	out := filepath.Join(t.TempDir(), "app")
	g := withHelper(c)
	whole := g.run(t, dir, "build", "-o", out, ".")
	want, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d entries, filled in %v", s.entries(), whole.took)
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 6 {
		sig := []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGKILL}[round%3]
		t.Run(fmt.Sprintf("%d %v", round, sig), func(t *testing.T) {
			g.config = c.emptied(t)
			if round%3 == 2 {
				s.forgetHalf()
			}
			stop := make(chan struct{})
			lost := make(chan int)
			go loseMirrors(t, c.cache, sig, time.Duration(random.IntN(400))*time.Millisecond, stop, lost)
			r := g.try(t, dir, "build", "-o", out, ".")
			close(stop)
			n := <-lost
			if r.exit != 0 {
				t.Fatalf("exit %d after %d losses: %s", r.exit, n, r.stderr)
			}
			if r.took > whole.took+30*time.Second {
				t.Errorf("it took %v", r.took)
			}
			if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, want) {
				t.Errorf("another program: %v", err)
			}
			goneWithin(t, c.cache, patience)
		})
	}
}

// loseMirrors signals every mirror it sees, until stop, and says how many.
func loseMirrors(t testing.TB, cache string, sig syscall.Signal, pause time.Duration, stop chan struct{}, lost chan int) {
	seen := map[int]bool{}
	defer func() { lost <- len(seen) }()
	for {
		select {
		case <-stop:
			return
		case <-time.After(pause + 20*time.Millisecond):
		}
		for _, pid := range mirrorsIn(t, cache) {
			if !seen[pid] {
				seen[pid] = true
				syscall.Kill(pid, sig)
			}
		}
	}
}

// forgetHalf deletes every other entry and all packs, so that a build has some
// to put.
func (b *badServer) forgetHalf() {
	b.mu.Lock()
	defer b.mu.Unlock()
	keep := false
	for entry := range b.objects {
		if keep = !keep; !keep || !isEntryKey(entry) {
			delete(b.objects, entry)
		}
	}
}

// go itself is killed at random moments: nobody is left, no half file is
// used, and the next build is right.
func TestGoKilledDuringABuild(t *testing.T) {
	s := newBadServer(t, nil)
	c := at(t, s.store).with("-drain=1s")
	dir := newModule(t, nil)
	g := withHelper(c)
	for round, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		cmd := g.command(t, dir, "build", "-o", os.DevNull, ".")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(300+400*round) * time.Millisecond)
		if sig == syscall.SIGINT {
			syscall.Kill(-cmd.Process.Pid, sig) // Ctrl-C
		} else {
			cmd.Process.Signal(sig)
		}
		cmd.Wait()
		goneWithin(t, c.cache, time.Second+drainSlack+prompt)
	}
	noTemporariesOf(t, c.cache)
	out := filepath.Join(t.TempDir(), "app")
	g.run(t, dir, "build", "-o", out, ".")
	if got := output(t, out); got != expected {
		t.Errorf("it prints %q", got)
	}
	second := withHelper(c.emptied(t))
	second.run(t, dir, "build", "-o", out, ".")
	if got := output(t, out); got != expected {
		t.Errorf("the second machine's prints %q", got)
	}
}
