package e2e

import (
	"bytes"
	"strings"
	"testing"
)

// strike makes a script that answers GETs and PUTs of the victim with a fault
// and all others rightly. limit counts the faults; 0 is always. A fault that
// concerns the whole bucket strikes the bystander too.
func strike(f script, method string, everything bool, limit int) script {
	return func(x *exchange) {
		struck := x.entry == victim.hex() || everything && x.isEntry()
		if x.method == method && struck && (limit == 0 || x.attempt < limit) {
			f(x)
			return
		}
		x.good()
	}
}

// tellable wants the lines that a fault may or must cause.
func tellable(h *helper, told verdict, most int) {
	h.t.Helper()
	least := 0
	if told == yes {
		least = 1
	}
	h.said(least, most)
}

func TestFaultOnEveryGetIsAMiss(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, strike(f.do, "GET", f.off, 0))
			s.hold(victim, sample)
			s.hold(bystander, sample)
			h := start(t, at(t, s.store))
			h.miss(victim)
			switch got := h.get(bystander); {
			case f.off && !got.Miss:
				t.Error("a hit after the bucket was given up")
			case !f.off && !(f.slow && got.Miss):
				h.check(got, sample)
			}
			h.end()
			tellable(h, f.told, 1)
			if n := len(s.requests("GET", victim.hex())); n > 6 || n > 1 && !f.isTriedAgain() {
				t.Errorf("asked %d times", n)
			}
			if n := len(s.requests("GET", bystander.hex())); f.off && n > 0 {
				t.Errorf("asked %d times after the bucket was given up", n)
			}
		})
	}
}

func TestFaultOnOneGetHeals(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, strike(f.do, "GET", false, 1))
			s.hold(victim, sample)
			h := start(t, at(t, s.store))
			got := h.get(victim)
			switch {
			case !got.Miss:
				h.check(got, sample)
			case f.heals == yes:
				t.Errorf("a miss after one fault; stderr: %s", h.stderr)
			}
			if f.heals == no && !got.Miss {
				t.Errorf("asked again after what no retry can heal")
			}
			h.end()
			tellable(h, either, 1)
		})
	}
}

func TestFaultOnEveryPutStaysLocal(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, strike(f.do, "PUT", true, 0))
			h := start(t, at(t, s.store).with("-drain=2s"))
			for i := range 3 {
				h.put(actionOf("put %d", i), sample)
				h.hit(actionOf("put %d", i), sample)
			}
			h.close(hang)
			h.stdin.Close()
			h.exitZero()
			tellable(h, f.told, 2)
			// offered when put and when used, three times each, and each of
			// these once more for nothing
			if n := len(s.requests("PUT", "")); n > 3*2*3*2 {
				t.Errorf("three objects were sent %d times", n)
			}
		})
	}
}

func TestFaultOnOnePutHeals(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, strike(f.do, "PUT", false, 1))
			h := start(t, at(t, s.store))
			h.put(victim, sample)
			h.end()
			o, stored := s.load(victim.hex())
			if stored && !bytes.Equal(o.body, sample) {
				t.Errorf("stored %d other bytes", len(o.body))
			}
			if f.heals == yes && !stored {
				t.Errorf("dropped after one fault; stderr: %s", h.stderr)
			}
			tellable(h, either, 2)
		})
	}
}

// The list of keys only spares requests: whatever answers it, the gets are
// right, or misses where the bucket is given up.
func TestFaultOnTheListMattersToNoGet(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				if x.isList() {
					f.do(x)
				} else {
					x.good()
				}
			})
			h := start(t, at(t, s.store).with("-drain=2s"))
			for i := range 8 {
				h.miss(actionOf("absent %d", i))
			}
			s.hold(victim, sample)
			if got := h.get(victim); !got.Miss {
				h.check(got, sample)
			} else if !f.off && !f.slow {
				t.Errorf("a miss, want a hit; stderr: %s", h.stderr)
			}
			h.put(bystander, sample)
			h.end()
			h.said(0, 2)
		})
	}
}

// A list that is not what the bucket holds costs misses at worst.
func TestListThatLies(t *testing.T) {
	page := func(keys ...string) string {
		return listOf(keys, "")
	}
	for name, document := range map[string]string{
		"empty":                 page(),
		"of what is not there":  page(actionOf("absent 6").hex(), actionOf("absent 7").hex()),
		"of other keys":         page("a", "b/c", strings.Repeat("z", 1024), victim.hex()+"0", strings.ToUpper(victim.hex())),
		"the same key for ever": "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken><Contents><Key>" + victim.hex() + "</Key></Contents></ListBucketResult>",
		"more without a token":  "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
		"cut":                   page(victim.hex())[:90],
		"HTML":                  htmlPage,
		"nothing":               "",
		"too long":              page(strings.Split(strings.Repeat(victim.hex()+" ", 50000), " ")...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				if x.isList() {
					x.answer("200 OK", "", document)
				} else {
					x.good()
				}
			})
			h := start(t, at(t, s.store))
			for i := range 8 {
				h.miss(actionOf("absent %d", i))
			}
			s.hold(victim, sample)
			if got := h.get(victim); !got.Miss {
				h.check(got, sample)
			}
			h.put(bystander, sample)
			h.end()
			h.said(0, 1)
			if n := len(s.seen); n > 120 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestOddAnswers(t *testing.T) {
	for _, o := range oddities {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, strike(o.do, "GET", false, 0))
			s.hold(victim, sample)
			s.hold(bystander, sample)
			h := start(t, at(t, s.store))
			got := h.get(victim)
			if !got.Miss {
				h.check(got, sample)
			}
			if o.hit == yes && got.Miss || o.hit >= no && !got.Miss {
				t.Errorf("miss: %v; stderr: %s", got.Miss, h.stderr)
			}
			if next := h.get(bystander); o.hit != late || !next.Miss {
				h.check(next, sample)
			}
			h.end()
			h.said(0, 1)
			if o.hit == yes {
				h.quiet()
			}
		})
	}
}
