package e2e

import (
	"strings"
	"testing"
	"time"
)

// Each store that cannot be run here, with its quirk, costs nothing, or one
// line: all that a machine puts is stored, a second one has it from packs, a
// third one from objects, and what is not there is missed.
func TestQuirkyStores(t *testing.T) {
	for _, q := range quirkyStores {
		t.Run(q.String(), func(t *testing.T) {
			t.Parallel()
			s := newWorldServer(t, q.script())
			s.bucket = quirkyBucket
			prefixes := []string{""}
			if q.name == "SeaweedFS" {
				prefixes = []string{"", "team", "team/a", "gocache-s3"}
			}
			said := 0
			for _, prefix := range prefixes {
				said += useQuirky(t, q, s, prefix)
			}
			if (said > 0) != (q.told != "") {
				t.Errorf("%d lines", said)
			}
		})
	}
}

// quirkyMachine is a fresh machine with the settings of the README.
func quirkyMachine(t *testing.T, q quirkyStore, s *badServer, prefix string) config {
	t.Helper()
	c := at(t, s.store).with("-scope=e2e", "-drain=60s").set(
		"GOCACHE_S3_PATH_STYLE=",
		"AWS_ENDPOINT_URL="+q.endpoint, "AWS_ACCESS_KEY_ID="+accessKey,
		"AWS_SECRET_ACCESS_KEY="+secretFor(accessKey)).set(q.env...)
	c.prefix = prefix
	return c
}

// useQuirky is the life of a bucket; it gives the number of lines that were
// said.
func useQuirky(t *testing.T, q quirkyStore, s *badServer, prefix string) int {
	t.Helper()
	all := wares(q.name + prefix)
	h := start(t, quirkyMachine(t, q, s, prefix))
	for i, e := range all {
		h.put(e.action, e.body)
		if i == 0 {
			time.Sleep(q.idle + q.idle/10)
		}
	}
	time.Sleep(q.recovery)
	said := leaveQuirky(t, q, h)
	for _, e := range all {
		if o, there := s.load(e.action.hex()); !there || outputOf(o.body) != outputOf(e.body) {
			t.Fatalf("not stored; stderr: %s", h.stderr)
		}
	}
	for _, prefetch := range []string{"all", "off"} {
		before := s.served()
		h := start(t, quirkyMachine(t, q, s, prefix).with("-prefetch="+prefetch))
		for _, e := range all {
			h.hit(e.action, e.body)
		}
		h.misses(20)
		said += leaveQuirky(t, q, h)
		if n := s.served() - before; (n == 0) != (prefetch == "all") {
			t.Errorf("-prefetch=%s: %d entries were fetched as objects", prefetch, n)
		}
	}
	return said
}

// leaveQuirky ends a run; what it says, if anything, names what it must.
func leaveQuirky(t *testing.T, q quirkyStore, h *helper) int {
	t.Helper()
	h.leave()
	said := h.said(0, 1)
	for _, line := range said {
		if q.told == "" || !strings.Contains(line, q.told) {
			t.Errorf("no %q in %q", q.told, line)
		}
	}
	return len(said)
}
