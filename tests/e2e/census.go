package e2e

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// distance is long enough for a list to come before many gets are answered.
const distance = 5 * time.Millisecond

// lister answers requests for a list of keys: those that sort behind after.
type lister func(after string) (keys []string, more bool)

// listedBy is a store at some distance that does everything rightly but for its
// lists.
func listedBy(list lister) script {
	return func(x *exchange) {
		time.Sleep(distance)
		if !x.isList() {
			x.good()
			return
		}
		_, query, _ := strings.Cut(x.target, "?")
		asked, _ := url.ParseQuery(query)
		next := ""
		keys, more := list(asked.Get("start-after"))
		if more {
			next = "x"
		}
		x.answer("200 OK", "Content-Type: application/xml\r\n", listOf(keys, next))
	}
}

// evenly is a bucket of so many keys that lie evenly, as those of actions do.
func evenly(count uint64) lister {
	step := ^uint64(0) / count
	return func(after string) (keys []string, more bool) {
		first, _ := hex.DecodeString(after)
		i := binary.BigEndian.Uint64(first)/step + 1
		for ; i <= count && len(keys) < 1000; i++ {
			keys = append(keys, keyAt(i*step-1))
		}
		return keys, i <= count
	}
}

// keyAt is the key of an action that begins with these 64 bits.
func keyAt(position uint64) string {
	return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, position)) + strings.Repeat("0", 48)
}

// upTo lists these keys in order, so many on a page.
func upTo(perPage int, keys ...string) lister {
	keys = slices.Sorted(slices.Values(keys))
	return func(after string) ([]string, bool) {
		i, found := slices.BinarySearch(keys, after)
		if found {
			i++
		}
		rest := keys[i:]
		return rest[:min(perPage, len(rest))], len(rest) > perPage
	}
}

// lists is the number of pages that were asked for.
func (b *badServer) lists() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	count := 0
	for _, r := range b.seen {
		if strings.Contains(r.target, "list-type=2") {
			count++
		}
	}
	return count
}

// layKnown puts a snapshot of so many entries into a bucket, with their pack.
func layKnown(t testing.TB, b *badServer, count int) []packed {
	t.Helper()
	z := newHoard(testScope(t))
	entries := make([]packed, count)
	for i := range entries {
		entries[i] = packedOf(fmt.Sprint("known ", i), nil)
	}
	var blocks []block
	for some := range slices.Chunk(entries, 500) {
		blocks = append(blocks, blockOf(some...))
	}
	z.pack(blocks...)
	z.lay(b)
	return entries
}

// gate holds those who wait until so many have arrived, but not for ever.
type gate struct {
	missing atomic.Int32
	open    chan struct{}
}

func newGate(count int32) *gate {
	g := &gate{open: make(chan struct{})}
	g.missing.Store(count)
	return g
}

func (g *gate) arrive() {
	if g.missing.Add(-1) == 0 {
		close(g.open)
	}
}

func (g *gate) wait() {
	select {
	case <-g.open:
	case <-time.After(patience):
	}
}

// misses asks for so many entries that are not there.
func (h *helper) misses(count int) {
	h.t.Helper()
	for i := range count {
		h.miss(actionOf("absent %d", i))
	}
}

// missesForNothing wants that so many misses need no request, once the list
// has come.
func (h *helper) missesForNothing(s *badServer, count int) {
	h.t.Helper()
	round := 0
	waitFor(h.t, "misses without a request", hang, func() bool {
		asked := len(s.requests("GET", ""))
		for i := range count {
			h.miss(actionOf("absent %d %d", round, i))
		}
		round++
		return len(s.requests("GET", "")) == asked
	})
}

// counts is what -stats says.
type counts struct {
	Misses int
	Mirror mirrorCounts
}

type mirrorCounts struct {
	Requests, Connections, Absent, Fetched, Prefetched int
}

// counted is c with -stats, and a function that reads them after the run.
func (c config) counted(t testing.TB) (config, func() counts) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "stats")
	return c.with("-stats=" + path), func() counts {
		t.Helper()
		var got counts
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &got)
		}
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
}
