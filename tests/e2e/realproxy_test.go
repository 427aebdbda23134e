package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// Entries travel through proxies that nobody here wrote, and what they say to
// a wrong password is understood.
func TestRealProxies(t *testing.T) {
	for _, r := range []realProxy{tinyproxy, squid} {
		for i := range 8 {
			storeTLS, ownTLS, auth := i&1 != 0, i&2 != 0, i&4 != 0
			if ownTLS && !r.tls {
				continue
			}
			name := fmt.Sprintf("%s, store https=%v, proxy https=%v auth=%v", r.name, storeTLS, ownTLS, auth)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				server := serve(t, minio, storeTLS)
				place := server.newBucket(t).store
				user, password := "", ""
				if auth {
					user, password = "build", "pw1"
				}
				url, ca := r.start(t, server.site.port, user, password, ownTLS)
				place.ca = joined(t, place.ca, ca)
				place.endpoint = strings.Replace(place.endpoint, "127.0.0.1", thisMachine, 1)
				throughRealProxy(t, place, url, user, password)
			})
		}
	}
}

func throughRealProxy(t *testing.T, place store, url, user, password string) {
	t.Helper()
	with := func(userinfo string) config {
		proxy := strings.Replace(url, "://", "://"+userinfo, 1)
		return at(t, place).set("HTTP_PROXY="+proxy, "HTTPS_PROXY="+proxy)
	}
	right := ""
	if user != "" {
		right = user + ":" + password + "@"
	}
	c := with(right).with("-v", "-drain=60s")
	h := start(t, c)
	h.put(victim, sample)
	h.end()
	goneWithin(t, c.cache, hang)
	again := start(t, c.emptied(t))
	again.hit(victim, sample)
	again.end()
	if want := "through the proxy " + url; !strings.Contains(again.stderr.String(), want) {
		t.Errorf("want %q, got %s", want, again.stderr)
	}
	if user == "" {
		return
	}
	for _, wrong := range []string{"", user + ":wrong@"} {
		h := start(t, with(wrong))
		h.miss(victim)
		h.end()
		if text := strings.Join(h.said(1, 2), "\n"); !strings.Contains(text, "password") {
			t.Errorf("to %q: %s", wrong, text)
		}
	}
}
