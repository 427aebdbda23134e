package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// wholeAnswer is the right answer to a GET of the request's object.
func wholeAnswer(x *exchange) string {
	o := x.stored()
	return fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", metaHeader(o), len(o.body), o.body)
}

// An answer of about 2 KB is cut at every byte, by a FIN and by a RST; the
// second try is answered rightly. Each get ends with the right body or as a
// miss, and nearly all heal.
func TestAnswerCutAtEveryByte(t *testing.T) {
	body := []byte(strings.Repeat("0123456789abcdef", 110))
	const share = 8 // cuts that one helper sees: it loses patience with more
	step := 1
	if !isRelease(t) {
		step = 4
	}
	total := len(fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n",
		metaHeader(goObject(body, time.Now().Add(-time.Hour))), len(body))) + len(body)
	for _, how := range []struct {
		name string
		end  func(string) script
	}{{"closed", raw}, {"reset", rawReset}} {
		for from := 0; from < total; from += share * step {
			t.Run(fmt.Sprintf("%s from %d", how.name, from), func(t *testing.T) {
				t.Parallel()
				cuts := map[string]int{}
				s := newBadServer(t, func(x *exchange) {
					if cut, ok := cuts[x.entry]; ok && x.attempt == 0 {
						text := wholeAnswer(x)
						how.end(text[:min(cut, len(text)-1)])(x)
						return
					}
					x.good()
				})
				last := min(from+share*step, total)
				for cut := from; cut < last; cut += step {
					cuts[actionOf("cut %d", cut).hex()] = cut
					s.hold(actionOf("cut %d", cut), body)
				}
				h := start(t, at(t, s.store))
				healed := 0
				for cut := from; cut < last; cut += step {
					if got := h.get(actionOf("cut %d", cut)); !got.Miss {
						h.check(got, body)
						healed++
					}
				}
				if healed < len(cuts)-1 {
					t.Errorf("%d of %d cut answers healed; stderr: %s", healed, len(cuts), h.stderr)
				}
				h.end()
				h.said(0, 2)
			})
		}
	}
}

// One bit in each byte of a stored object's answer is flipped in turn: no
// changed body is ever handed out.
func TestFlippedByteIsNeverHandedOut(t *testing.T) {
	body := []byte(strings.Repeat("fedcba9876543210", 12))
	total := 0
	s := newBadServer(t, nil)
	flips := map[string]int{}
	s.hold(victim, body)
	total = len(wholeAnswer(&exchange{s: s, entry: victim.hex()}))
	for at := range total {
		flips[actionOf("flip %d", at).hex()] = at
		s.hold(actionOf("flip %d", at), body)
	}
	s.swap(func(x *exchange) {
		at, ok := flips[x.entry]
		if !ok {
			x.good()
			return
		}
		text := []byte(wholeAnswer(x))
		text[at] ^= 1
		x.write(string(text))
		x.close()
	})
	for part := range 16 {
		t.Run(fmt.Sprint("part ", part), func(t *testing.T) {
			t.Parallel()
			h := start(t, at(t, s.store))
			for n := part; n < total; n += 16 {
				if got := h.get(actionOf("flip %d", n)); !got.Miss {
					h.check(got, body)
				}
			}
			h.end()
		})
	}
}
