package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// slowPuts is a server that takes this long for each upload.
func slowPuts(t testing.TB, each time.Duration) *badServer {
	return newBadServer(t, func(x *exchange) {
		if x.method == "PUT" {
			x.readBody()
			time.Sleep(each)
		}
		x.good()
	})
}

// heldPuts is a server that answers no upload before release is called.
func heldPuts(t testing.TB) (s *badServer, release func()) {
	held := make(chan struct{})
	release = sync.OnceFunc(func() { close(held) })
	t.Cleanup(release)
	return newBadServer(t, func(x *exchange) {
		if x.method == "PUT" {
			x.readBody()
			<-held
		}
		x.good()
	}), release
}

// go list, go mod tidy and go generate never say close: the end of input is
// the end. The helper leaves at once and holds nothing open, and the uploads
// go on behind it.
func TestEndOfInputHoldsNothingOpen(t *testing.T) {
	t.Parallel()
	s, release := heldPuts(t)
	h := start(t, at(t, s.store).with("-drain=60s"))
	for i := range 6 {
		h.put(actionOf("late %d", i), sample)
	}
	h.stdin.Close()
	if code := h.exit(patience); code != 0 {
		t.Errorf("exit %d", code)
	}
	h.quiet()
	release()
	waitFor(t, "the uploads behind the helper's back", patience, func() bool { return s.entries() == 6 })
	goneWithin(t, h.machine.cache, prompt)
}

// What drains behind the helper's back stops at the deadline.
func TestDrainAfterTheEndHasADeadline(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, (*exchange).stall)
	h := start(t, at(t, s.store).with("-drain=1s"))
	h.put(victim, sample)
	h.stdin.Close()
	h.exitZero()
	goneWithin(t, h.machine.cache, hang)
}

func TestCloseUploadsTheTail(t *testing.T) {
	t.Parallel()
	s := slowPuts(t, 50*time.Millisecond)
	h := start(t, at(t, s.store).with("-drain=60s"))
	for i := range 100 {
		h.put(actionOf("tail %d", i), fmt.Appendf(nil, "body %d", i))
	}
	h.close(hang)
	if n := s.entries(); n != 100 {
		t.Errorf("%d of 100 entries are in the bucket when close is answered", n)
	}
	h.stdin.Close()
	h.exitZero()
	h.quiet()
	goneWithin(t, h.machine.cache, prompt)
}

// Close waits for -drain and then says what was dropped.
func TestCloseStopsAtTheDeadlineAndSaysSo(t *testing.T) {
	t.Parallel()
	s := slowPuts(t, 30*time.Second)
	h := start(t, at(t, s.store).with("-drain=700ms"))
	for i := range 20 {
		h.put(actionOf("dropped %d", i), sample)
	}
	begin := time.Now()
	h.close(patience)
	if took := time.Since(begin); took < 500*time.Millisecond || took > patience {
		t.Errorf("close took %v with -drain=700ms", took)
	}
	h.stdin.Close()
	h.exitZero()
	said := strings.Join(h.said(1, 2), "\n")
	if !strings.Contains(said, "20") {
		t.Errorf("the line does not say how many were dropped: %s", said)
	}
	goneWithin(t, h.machine.cache, prompt)
}

func TestDrainOfNothing(t *testing.T) {
	t.Parallel()
	for _, drain := range []string{"0s", "10s", "1h"} {
		s := newBadServer(t, nil)
		h := start(t, at(t, s.store).with("-drain="+drain))
		h.miss(victim)
		h.close(prompt)
		h.stdin.Close()
		h.exitZero()
		h.quiet()
	}
}

// -v gives one summary line at the end, and nothing else on a good run.
func TestVerboseEndsWithASummary(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	h := start(t, at(t, s.store).with("-v"))
	h.hit(victim, sample)
	h.miss(bystander)
	h.put(bystander, sample)
	h.end()
	all := h.said(1, 20)
	last := all[len(all)-1]
	if !strings.Contains(last, "1") || len(last) < 30 {
		t.Errorf("no summary in %q", last)
	}
}

func TestReadOnlyWritesNothing(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	h := start(t, at(t, s.store).with("-read-only"))
	h.hit(victim, sample)
	h.put(bystander, sample)
	h.hit(bystander, sample)
	h.end()
	h.quiet()
	for _, r := range s.seen {
		if r.method != "GET" && r.method != "HEAD" {
			t.Errorf("%s %s", r.method, r.target)
		}
	}
}

// A private cache directory is removed at the end, however that comes.
func TestPrivateDirectoryIsRemoved(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"close", "end of input", "twice SIGTERM"} {
		c := local(t).with("-cache-dir=temp")
		h := start(t, c)
		path := h.put(victim, sample).DiskPath
		if strings.HasPrefix(path, c.cache) {
			t.Errorf("%s is below GOCACHE", path)
		}
		h.hit(victim, sample)
		switch end {
		case "close":
			h.end()
		case "end of input":
			h.stdin.Close()
			h.exitZero()
		case "twice SIGTERM":
			h.signal(syscall.SIGTERM)
			h.heard()
			h.signal(syscall.SIGTERM)
			h.exit(patience)
		}
		waitFor(t, end+": removal of the directory", patience, func() bool {
			left, err := os.ReadDir(filepath.Join(c.dir, "tmp"))
			return err == nil && len(left) == 0
		})
	}
}

// Another cache directory is used and stays.
func TestChosenDirectory(t *testing.T) {
	t.Parallel()
	c := local(t)
	other := filepath.Join(c.dir, "some where", "else")
	h := start(t, c.with("-cache-dir", other))
	if path := h.put(victim, sample).DiskPath; !strings.HasPrefix(path, other+"/") {
		t.Errorf("%s is not below %s", path, other)
	}
	h.end()
	again := start(t, c.with("-cache-dir", other))
	again.hit(victim, sample)
	again.end()
}

func (h *helper) signal(s syscall.Signal) {
	h.t.Helper()
	if err := syscall.Kill(h.cmd.Process.Pid, s); err != nil {
		h.t.Fatal(err)
	}
}

// signalAll is Ctrl-C: the signal for the whole process group.
func (h *helper) signalAll(s syscall.Signal) {
	h.t.Helper()
	if err := syscall.Kill(-h.cmd.Process.Pid, s); err != nil {
		h.t.Fatal(err)
	}
}

// Ctrl-C reaches the helper too, while go test or go run wait for their
// child: the helper goes on, and the close that follows still drains.
func TestInterruptDoesNotEndTheConversation(t *testing.T) {
	t.Parallel()
	s := slowPuts(t, 100*time.Millisecond)
	s.hold(victim, sample)
	h := start(t, at(t, s.store).with("-drain=50s"))
	h.put(bystander, sample)
	h.signalAll(syscall.SIGINT)
	time.Sleep(50 * time.Millisecond)
	h.hit(victim, sample)
	h.hit(bystander, sample)
	h.end()
	if _, stored := s.load(bystander.hex()); !stored {
		t.Errorf("what was queued before Ctrl-C is lost; stderr: %s", h.stderr)
	}
}

// After Ctrl-C go is gone: the helper leaves at once, and its uploads end
// within a short time.
func TestInterruptThenEndOfInput(t *testing.T) {
	t.Parallel()
	s, _ := heldPuts(t)
	h := start(t, at(t, s.store).with("-drain=60s"))
	h.put(victim, sample)
	h.mirror() // else there is nobody yet to interrupt
	h.signalAll(syscall.SIGINT)
	h.stdin.Close()
	h.exitZero()
	goneWithin(t, h.machine.cache, patience)
	noTemporaries(t, h.machine.cache)
}

// The second Ctrl-C ends it now, whatever the mirror has heard of the two: both,
// one because they came while it could not look, or none. One Ctrl-C leaves
// uploads a short time, so a machine that had but one, and had it half a second
// before, is the last to end.
func TestSecondInterruptEndsIt(t *testing.T) {
	for name, test := range map[string]struct {
		send    func(*helper, syscall.Signal)
		stopped bool // the mirror is, meanwhile
	}{
		"both": {(*helper).signalAll, false},
		"one":  {(*helper).signalAll, true},
		"none": {(*helper).signal, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := 5 // a busy machine may let either wait
			for ; tries > 0 && !interruptTwice(t, test.send, test.stopped); tries-- {
			}
			if tries == 0 {
				t.Error("a second interrupt ends nothing earlier than one")
			}
		})
	}
}

// interruptTwice says whether a helper's mirror was gone before that of another
// whose only interrupt came before.
func interruptTwice(t *testing.T, send func(*helper, syscall.Signal), stopped bool) bool {
	t.Helper()
	once, twice := held(t), held(t)
	patient, mirror := once.mirror(), twice.mirror()
	once.signalAll(syscall.SIGINT)
	once.stdin.Close()
	once.exit(hang)
	time.Sleep(500 * time.Millisecond)
	if stopped {
		syscall.Kill(mirror, syscall.SIGSTOP)
	}
	send(twice, syscall.SIGINT)
	twice.heard()
	send(twice, syscall.SIGINT)
	twice.exit(hang)
	syscall.Kill(mirror, syscall.SIGCONT)
	waitFor(t, "the mirror's end", hang, func() bool {
		_, running := processStat(mirror)
		return !running
	})
	_, first := processStat(patient)
	goneWithin(t, twice.machine.cache, hang)
	goneWithin(t, once.machine.cache, hang)
	noTemporaries(t, twice.machine.cache)
	return first
}

// held is a helper that was told to close and waits for its upload.
func held(t *testing.T) *helper {
	t.Helper()
	s, _ := heldPuts(t)
	h := start(t, at(t, s.store).with("-drain=60s"))
	h.put(victim, sample)
	h.raw(request{ID: h.nextID(), Command: "close"}.encode(nil))
	return h
}

// Whoever terminates the helper alone would fail the build by ending it, so the
// conversation goes on; but nobody waits for uploads any longer.
func TestTerminateEndsTheWaiting(t *testing.T) {
	for _, end := range []string{"close", "close before it", "end of input"} {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			s := slowPuts(t, 30*time.Second)
			h := start(t, at(t, s.store).with("-drain=60s"))
			h.put(victim, sample)
			if end == "close before it" {
				n := h.nextID()
				h.raw(request{ID: n, Command: "close"}.encode(nil))
				time.Sleep(50 * time.Millisecond)
				h.signal(syscall.SIGTERM)
				h.await(n, prompt)
			} else {
				h.signal(syscall.SIGTERM)
				h.heard()
				h.hit(victim, sample)
			}
			if end == "close" {
				h.close(prompt)
			}
			h.stdin.Close()
			h.exitZero()
			goneWithin(t, h.machine.cache, patience)
			noTemporaries(t, h.machine.cache)
		})
	}
}

// A terminal that is closed takes go with it, and go says so by its end.
func TestHangUpChangesNothing(t *testing.T) {
	t.Parallel()
	s := slowPuts(t, 100*time.Millisecond)
	h := start(t, at(t, s.store).with("-drain=50s"))
	h.put(bystander, sample)
	h.signalAll(syscall.SIGHUP)
	time.Sleep(50 * time.Millisecond)
	h.hit(bystander, sample)
	h.end()
	if _, stored := s.load(bystander.hex()); !stored {
		t.Errorf("what was queued before SIGHUP is lost; stderr: %s", h.stderr)
	}
}

// Stopped and continued, as by Ctrl-Z and fg.
func TestStopAndContinue(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	h := start(t, at(t, s.store))
	h.signalAll(syscall.SIGSTOP)
	time.Sleep(4 * time.Second) // longer than the front lets the mirror be silent
	h.signalAll(syscall.SIGCONT)
	h.hit(victim, sample)
	h.end()
}

// Lines are whole, and each kind is said once however often it happens.
func TestOneLinePerKind(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, document("403 Forbidden", "AccessDenied"))
	h := start(t, at(t, s.store))
	for i := range 200 {
		h.miss(actionOf("denied %d", i))
		h.put(actionOf("denied %d", i), bytes.Repeat(sample, i%3))
	}
	h.end()
	h.said(1, 4) // get, put, list, dropped
}
