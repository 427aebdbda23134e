package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// isPart says whether the request is for a part of a pack.
func (x *exchange) isPart() bool {
	return x.method == "GET" && strings.HasPrefix(x.entry, packKeys)
}

// cutAfter gives the first bytes of a range, so many in so many pieces, in
// all that time, and ends the connection. Shorter ranges are given whole.
func (x *exchange) cutAfter(bytes, pieces int, while time.Duration, end func()) {
	stored := x.stored().body
	from, to, _ := x.bytesAsked()
	to = min(to, len(stored)-1)
	if to-from < bytes {
		x.good()
		return
	}
	x.write(fmt.Sprintf("HTTP/1.1 206 Partial Content\r\n%sContent-Length: %d\r\n\r\n",
		contentRange(from, to, len(stored)), to+1-from))
	for i := range pieces {
		x.write(string(stored[from+bytes*i/pieces : from+bytes*(i+1)/pieces]))
		time.Sleep(while / time.Duration(pieces))
	}
	end()
}

// flyThrough gets all that is in eight megabytes of packs from a store that
// answers like this. Nothing has an object of its own.
func flyThrough(t *testing.T, answer script) {
	t.Helper()
	t.Parallel()
	s := newBadServer(t, answer)
	z, entries := largeHoard(t, 80, 100_000)
	z.lay(s)
	h := start(t, scoped(t, s.store))
	for _, e := range entries {
		h.hit(e.action, e.body)
	}
	h.end()
	h.quiet()
	if n := len(s.requests("GET", "")); n != 0 {
		t.Errorf("%d entries were asked for", n)
	}
}

// A slow line loses one connection: no time was lost on what it had brought.
func TestSlowPackIsResetOnce(t *testing.T) {
	flyThrough(t, func(x *exchange) {
		if x.isPart() && x.attempt == 0 {
			x.cutAfter(900_000, 30, 3*time.Second, x.reset)
		} else {
			x.good()
		}
	})
}

// A line that no connection survives for long. It ends with a FIN, since a RST
// would take away what a busy machine has not read yet.
func TestEveryAnswerOfAPackIsCut(t *testing.T) {
	flyThrough(t, func(x *exchange) {
		if x.isPart() {
			x.cutAfter(250_000, 1, 0, x.close)
		} else {
			x.good()
		}
	})
}

// What is in the way of one entry's file is in the way of no other.
func TestOddNameInTheCache(t *testing.T) {
	for what, nameOf := range map[string]func(e packed) string{
		"body":   func(e packed) string { return e.output.hex() + "-d" },
		"action": func(e packed) string { return e.action.hex() + "-a" },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			z := newTreasure(t)
			z.lay(s)
			c := scoped(t, s.store)
			odd := nameOf(z.entries[0])
			if err := os.MkdirAll(filepath.Join(c.cache, odd[:2], odd), 0o755); err != nil {
				t.Fatal(err)
			}
			h := start(t, c)
			for i, e := range z.entries {
				if i == 0 {
					h.miss(e.action)
				} else {
					h.hit(e.action, e.body)
				}
			}
			h.end()
			h.quiet()
		})
	}
}

// The end of a snapshot is on its way for longer than go has work to do: most
// often there is nothing to add to it, so go does not wait for it.
func TestCloseDoesNotWaitForTheRestOfASnapshot(t *testing.T) {
	t.Parallel()
	quickest := hang // of some, since a busy machine may be slow itself
	for range 3 {
		quickest = min(quickest, withoutTheRest(t))
	}
	if quickest > 4*time.Second { // less than a stalled answer is waited for
		t.Errorf("it took %v", quickest)
	}
}

// withoutTheRest is how long a helper needs for a snapshot without its end.
func withoutTheRest(t *testing.T) time.Duration {
	t.Helper()
	s := newBadServer(t, func(x *exchange) {
		if x.method != "GET" || !strings.HasPrefix(x.entry, snapshotKeys) {
			x.good()
			return
		}
		all := string(x.stored().body)
		x.write(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(all), all[:len(all)-1]))
		x.stall()
	})
	z, entries := largeHoard(t, 2, 10_000)
	z.inline(blockOf(packedOf("small", []byte("small"))))
	z.lay(s)
	began := time.Now()
	h := start(t, scoped(t, s.store))
	for _, e := range entries {
		h.hit(e.action, e.body)
	}
	h.close(patience)
	took := time.Since(began)
	h.stdin.Close()
	h.exitZero()
	return took
}
