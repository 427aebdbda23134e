package e2e

import (
	"strings"
	"testing"
	"time"
)

// A store in another region says so in one of these ways; the first such
// answer corrects the region for the whole run, with one line.
func TestRegionIsCorrectedOnce(t *testing.T) {
	const right = "eu-north-7"
	for _, way := range []struct {
		name string
		say  script
	}{
		{"301 with a header", func(x *exchange) {
			x.answer("301 Moved Permanently", "x-amz-bucket-region: "+right+"\r\n", errorXML("PermanentRedirect", ""))
		}},
		{"307 with a header", func(x *exchange) {
			x.answer("307 Temporary Redirect", "x-amz-bucket-region: "+right+"\r\nLocation: http://localhost:1/\r\n", errorXML("TemporaryRedirect", ""))
		}},
		{"400 with a header", func(x *exchange) {
			x.answer("400 Bad Request", "x-amz-bucket-region: "+right+"\r\n", errorXML("AuthorizationHeaderMalformed", ""))
		}},
		{"400 with a document", func(x *exchange) {
			x.fail("400 Bad Request", "AuthorizationHeaderMalformed", "<Region>"+right+"</Region>")
		}},
		{"301 with a document", func(x *exchange) {
			x.fail("301 Moved Permanently", "PermanentRedirect", "<Region>"+right+"</Region>")
		}},
	} {
		for _, method := range []string{"GET", "PUT"} {
			t.Run(way.name+" on "+method, func(t *testing.T) {
				t.Parallel()
				s := newBadServer(t, func(x *exchange) {
					if signedRegion(x) == right {
						x.good()
					} else {
						way.say(x)
					}
				})
				s.hold(victim, sample)
				s.hold(bystander, sample)
				h := start(t, at(t, s.store))
				if method == "GET" {
					h.hit(victim, sample)
					h.hit(bystander, sample)
				} else {
					h.put(actionOf("new"), sample)
				}
				h.end()
				h.said(0, 1)
				if _, stored := s.load(actionOf("new").hex()); method == "PUT" && !stored {
					t.Errorf("not stored; stderr: %s", h.stderr)
				}
				if n := len(s.requests("GET", bystander.hex())); n > 1 {
					t.Errorf("the region was corrected again: %d requests", n)
				}
			})
		}
	}
}

// A store that answers every region with another one is given up.
func TestRegionIsNotCorrectedForEver(t *testing.T) {
	for _, wrong := range []string{"elsewhere-1", "a b", "x\r\ny: z", strings.Repeat("r", 5000), "../..", ""} {
		t.Run(wrong[:min(len(wrong), 12)], func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				x.fail("400 Bad Request", "AuthorizationHeaderMalformed", "<Region>"+wrong+"</Region>")
			})
			h := start(t, at(t, s.store))
			for i := range 3 {
				h.miss(actionOf("any %d", i))
			}
			h.end()
			h.said(1, 2)
			if n := len(s.requests("GET", "")); n > 9 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// A clock that is wrong is corrected from the server's Date, once.
func TestClockIsCorrectedOnce(t *testing.T) {
	for _, off := range []time.Duration{-3 * time.Hour, -20 * time.Minute, 20 * time.Minute, 3 * time.Hour} {
		for _, method := range []string{"GET", "PUT"} {
			t.Run(off.String()+" "+method, func(t *testing.T) {
				t.Parallel()
				s := newBadServer(t, func(x *exchange) {
					now := time.Now().Add(off).UTC()
					signed, err := time.Parse("20060102T150405Z", x.header.Get("X-Amz-Date"))
					if skew := now.Sub(signed); err != nil || skew > 15*time.Minute || skew < -15*time.Minute {
						x.answer("403 Forbidden", "Date: "+now.Format("Mon, 02 Jan 2006 15:04:05 GMT")+"\r\n", errorXML("RequestTimeTooSkewed", ""))
						return
					}
					x.good()
				})
				s.hold(victim, sample)
				s.hold(bystander, sample)
				h := start(t, at(t, s.store))
				if method == "GET" {
					h.hit(victim, sample)
					h.hit(bystander, sample)
				} else {
					h.put(actionOf("new"), sample)
				}
				h.end()
				h.said(0, 1)
				if _, stored := s.load(actionOf("new").hex()); method == "PUT" && !stored {
					t.Errorf("not stored; stderr: %s", h.stderr)
				}
				if n := len(s.requests("GET", bystander.hex())); n > 1 {
					t.Errorf("the clock was corrected again: %d requests", n)
				}
			})
		}
	}
}

// A server whose Date is absurd does not change the clock.
func TestAbsurdDateIsNotBelieved(t *testing.T) {
	for _, date := range []string{"Mon, 01 Jan 1990 00:00:00 GMT", "yesterday", "Mon, 99 Foo 2024 99:99:99 GMT", ""} {
		t.Run(date, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, func(x *exchange) {
				x.answer("403 Forbidden", "Date: "+date+"\r\n", errorXML("RequestTimeTooSkewed", ""))
			})
			h := start(t, at(t, s.store))
			h.miss(victim)
			h.end()
			h.said(1, 1)
			for _, r := range s.requests("GET", "") {
				signed, err := time.Parse("20060102T150405Z", r.header.Get("X-Amz-Date"))
				if err != nil || time.Since(signed).Abs() > 25*time.Hour {
					t.Errorf("signed for %q", r.header.Get("X-Amz-Date"))
				}
			}
		})
	}
}

// Nobody is led to another host: no redirect is followed there, whatever it
// says, and so no signature goes there.
func TestRedirectToAnotherHostIsNotFollowed(t *testing.T) {
	for _, status := range []string{"301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"} {
		for _, method := range []string{"GET", "PUT"} {
			t.Run(status+" "+method, func(t *testing.T) {
				t.Parallel()
				elsewhere := newBadServer(t, nil)
				elsewhere.hold(victim, sample)
				s := newBadServer(t, func(x *exchange) {
					x.answer(status, "Location: "+elsewhere.endpoint+x.target+"\r\n", errorXML("TemporaryRedirect",
						"<Endpoint>"+strings.TrimPrefix(elsewhere.endpoint, "http://")+"</Endpoint>"))
				})
				h := start(t, at(t, s.store).with("-drain=2s"))
				if method == "GET" {
					h.miss(victim)
				} else {
					h.put(victim, sample)
				}
				h.end()
				h.said(0, 2)
				if elsewhere.accepted != 0 {
					t.Errorf("%d connections to the other host", elsewhere.accepted)
				}
				if n := len(s.requests(method, "")); n > 6 {
					t.Errorf("asked %d times", n)
				}
			})
		}
	}
}

// A store that refuses unsigned bodies gets the body's hash; over plain http
// the hash is sent from the start.
func TestBodyHashIsSignedOverPlainHTTP(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	h := start(t, at(t, s.store))
	h.put(victim, sample)
	h.put(bystander, nil)
	h.end()
	h.quiet()
	for action, body := range map[id][]byte{victim: sample, bystander: nil} {
		for _, r := range s.requests("PUT", action.hex()) {
			if got, want := r.header.Get("X-Amz-Content-Sha256"), outputOf(body).hex(); got != want {
				t.Errorf("x-amz-content-sha256 %q, want %q", got, want)
			}
		}
	}
}
