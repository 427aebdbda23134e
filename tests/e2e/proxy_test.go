package e2e

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// proxyUser is a user and password with characters that a URL must encode.
const (
	proxyUser        = "build:p@ss/w%rd"
	proxyUserEncoded = "build:p%40ss%2Fw%25rd"
)

// proxyTLS is the configuration of a proxy whose authority is in the bundle
// of the given CA file too.
func proxyTLS(t testing.TB, bundle string) (*tls.Config, string) {
	t.Helper()
	ca := newAuthority(t, "proxy")
	path := joined(t, bundle, ca.bundle(t, filepath.Join(t.TempDir(), "ca.pem")))
	return &tls.Config{Certificates: []tls.Certificate{ca.issue(t, localLeaf(), newKey(t))}}, path
}

// joined is a bundle of all that the given ones trust; "" is none.
func joined(t testing.TB, bundles ...string) string {
	t.Helper()
	var all []byte
	for _, bundle := range bundles {
		if bundle == "" {
			continue
		}
		text, err := os.ReadFile(bundle)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	if len(all) == 0 {
		return ""
	}
	path := filepath.Join(t.TempDir(), "joined.pem")
	writeFile(t, path, all)
	return path
}

// proxied is a machine that reaches the store through the proxy alone.
func proxied(t testing.TB, s store, url string) config {
	t.Helper()
	return at(t, behind(s)).set("HTTP_PROXY="+url, "HTTPS_PROXY="+url)
}

// Entries travel through every kind of proxy to every kind of store; the
// password is not written anywhere.
func TestProxy(t *testing.T) {
	for _, kind := range []serverKind{versitygw, minio} {
		for i := range 8 {
			storeTLS, ownTLS, auth := i&1 != 0, i&2 != 0, i&4 != 0
			name := fmt.Sprintf("%s https=%v, proxy https=%v auth=%v", kind.name, storeTLS, ownTLS, auth)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				place := serve(t, kind, storeTLS).newBucket(t).store
				var conf *tls.Config
				if ownTLS {
					conf, place.ca = proxyTLS(t, place.ca)
				}
				user := ""
				if auth {
					user = proxyUser
				}
				p := newProxy(t, user, conf)
				url := p.url
				if auth {
					url = p.as(proxyUserEncoded)
				}
				goesThrough(t, proxied(t, place, url).with("-v", "-drain=60s"), p, storeTLS)
			})
		}
	}
}

func goesThrough(t *testing.T, c config, p *testProxy, tunnelled bool) {
	t.Helper()
	body := make([]byte, 3<<20)
	for i := range body {
		body[i] = byte(i * i >> 7)
	}
	h := start(t, c)
	h.miss(victim)
	h.put(victim, body)
	h.put(actionOf("small"), sample)
	h.end()
	goneWithin(t, c.cache, hang)
	again := start(t, c.emptied(t))
	again.hit(victim, body)
	again.hit(actionOf("small"), sample)
	again.end()
	tunnels, forwarded, refused := p.counts()
	if (tunnels > 0) != tunnelled || (forwarded > 0) == tunnelled || refused > 0 {
		t.Errorf("%d tunnels, %d requests passed on, %d refused", tunnels, forwarded, refused)
	}
	said := h.stderr.String() + again.stderr.String()
	if want := "through the proxy " + p.url + " (HTTP"; !strings.Contains(said, want) {
		t.Errorf("want %q, got %s", want, said)
	}
	for _, secret := range []string{"p@ss", "p%40ss", "Basic"} {
		if strings.Contains(said, secret) {
			t.Errorf("the password is shown: %s", said)
		}
	}
}

// A host in NO_PROXY is reached directly: s3.localhost is this machine to all.
func TestNoProxy(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	place := s.store
	place.endpoint = strings.Replace(place.endpoint, "127.0.0.1", "s3.localhost", 1)
	p := newProxy(t, "", nil)
	for _, list := range []string{"localhost", ".localhost", "x, s3.localhost", "*"} {
		h := start(t, at(t, place).set("HTTP_PROXY="+p.url, "NO_PROXY="+list))
		h.hit(victim, sample)
		h.end()
		h.quiet()
	}
	if _, forwarded, _ := p.counts(); forwarded > 0 {
		t.Errorf("%d requests came to the proxy", forwarded)
	}
	h := start(t, at(t, place).set("HTTP_PROXY="+p.url, "NO_PROXY=ocalhost"))
	h.hit(victim, sample)
	h.end()
	if _, forwarded, _ := p.counts(); forwarded == 0 {
		t.Error("no request came to the proxy")
	}
}

// Nothing on loopback is asked for through a proxy.
func TestProxyIsNotForThisMachine(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	h := start(t, at(t, s.store).set("HTTP_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1"))
	h.hit(victim, sample)
	h.end()
	h.quiet()
}

// proxyFault is one way in which a proxy is of no use.
type proxyFault struct {
	name string
	url  func(t *testing.T) string
	says []string // for http and https, or one for both
}

// listenRaw is a proxy that does this with every connection.
func listenRaw(t *testing.T, serve func(c net.Conn)) string {
	t.Helper()
	s := newBadServer(t, nil)
	s.onAccept = func(c net.Conn, _ int) bool { serve(c); return false }
	return s.endpoint
}

// says is a proxy that answers everything with this.
func answering(text string) func(t *testing.T) string {
	return func(t *testing.T) string {
		return listenRaw(t, func(c net.Conn) {
			c.Read(make([]byte, 64<<10))
			c.Write([]byte(text))
		})
	}
}

var proxyFaults = []proxyFault{
	{"a proxy that is down", func(*testing.T) string { return fmt.Sprintf("http://127.0.0.1:%d", freePort()) },
		[]string{"connection refused"}},
	{"a proxy that swallows connections", func(t *testing.T) string { return blackHole(t) },
		[]string{"no answer in time"}},
	{"a proxy that says nothing", func(t *testing.T) string {
		return listenRaw(t, func(net.Conn) { time.Sleep(2 * hang) })
	}, []string{"no answer in time"}},
	{"a proxy that closes", func(t *testing.T) string { return listenRaw(t, func(net.Conn) {}) },
		[]string{"127.0.0.1", "the connection"}},
	{"a proxy whose name does not exist", func(*testing.T) string { return "http://no-such-proxy.invalid:3128" },
		[]string{"no-such-proxy.invalid"}},
	{"a proxy that wants a password", func(t *testing.T) string { return newProxy(t, proxyUser, nil).url },
		[]string{"password"}},
	{"a proxy that wants another password", func(t *testing.T) string { return newProxy(t, proxyUser, nil).as("build:canary") },
		[]string{"password"}},
	{"a proxy that forbids it", answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
		[]string{"403", "does not allow this"}},
	{"a proxy that cannot reach the store", answering("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"),
		[]string{"502", "cannot reach the server"}},
	{"a proxy that is no proxy", answering("SSH-2.0-OpenSSH_9.2p1\r\n"),
		[]string{"HTTP", "is it one"}},
	{"a proxy of another scheme", func(*testing.T) string { return "socks5://127.0.0.1:1080" },
		[]string{"SOCKS is not supported"}},
	{"a proxy with a line break in its password", func(*testing.T) string { return "http://u:canary%0d%0aX:y@127.0.0.1:1" },
		[]string{"control characters"}},
	{"a proxy that is not trusted", func(t *testing.T) string {
		conf, _ := proxyTLS(t, "")
		return newProxy(t, "", conf).url
	}, []string{"authority"}},
	{"a proxy behind https that speaks http", func(t *testing.T) string {
		return strings.Replace(newProxy(t, "", nil).url, "http:", "https:", 1)
	}, []string{"http"}},
}

// Whatever is wrong with a proxy is said in a line or two, never with its
// password, and costs a build a bounded time.
func TestProxyThatIsOfNoUse(t *testing.T) {
	for _, f := range proxyFaults {
		for i, scheme := range []string{"http", "https"} {
			t.Run(f.name+", "+scheme, func(t *testing.T) {
				t.Parallel()
				place := store{endpoint: scheme + "://127.0.0.1:9", bucket: "bucket"}
				h := start(t, proxied(t, place, f.url(t)).with("-drain=2s"))
				begin := time.Now()
				for i := range 100 {
					h.miss(actionOf("proxy %d", i))
					h.put(actionOf("proxy %d", i), sample)
				}
				if took := time.Since(begin); took > hang {
					t.Errorf("100 gets took %v", took)
				}
				h.close(2*time.Second + drainSlack)
				h.stdin.Close()
				h.exitZero()
				text := strings.Join(h.said(1, 3), "\n")
				want := f.says[min(i, len(f.says)-1)]
				if !strings.Contains(text, want) || strings.Contains(text, "canary") {
					t.Errorf("want %q, got %s", want, text)
				}
				if i == 1 && !strings.Contains(text, "HTTPS_PROXY") {
					t.Errorf("the variable is not named: %s", text)
				}
			})
		}
	}
}

// The real go command, through a proxy that wants a password.
func TestGoBuildThroughAProxy(t *testing.T) {
	t.Parallel()
	conf, ca := proxyTLS(t, serve(t, minio, true).ca)
	p := newProxy(t, proxyUser, conf)
	place := serve(t, minio, true).newBucket(t).store
	place.ca = ca
	c := proxied(t, place, p.as(proxyUserEncoded)).set("GOCACHE_S3_DRAIN=10m")
	dir := newModule(t, nil)
	g := withHelper(c)
	g.run(t, dir, "build", "./...")
	goneWithin(t, c.cache, hang)
	g.config = c.emptied(t)
	if n := g.compiles(t, dir, "build", "./..."); n > 0 {
		t.Errorf("%d compilations by the second machine", n)
	}
}
