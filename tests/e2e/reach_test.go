package e2e

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// unreachable is a place that no answer comes from.
type unreachable struct {
	name     string
	endpoint func(t *testing.T) string
}

var unreachables = []unreachable{
	{"connection refused", func(*testing.T) string { return fmt.Sprintf("http://127.0.0.1:%d", freePort()) }},
	{"a port that swallows connections", func(t *testing.T) string { return blackHole(t) }},
	{"accepts and says nothing", func(t *testing.T) string {
		return newBadServer(t, (*exchange).stall).endpoint
	}},
	{"accepts and never reads", func(t *testing.T) string {
		s := newBadServer(t, nil)
		s.onAccept = func(net.Conn, int) bool { time.Sleep(2 * hang); return false }
		return s.endpoint
	}},
	{"accepts and resets", func(t *testing.T) string {
		s := newBadServer(t, nil)
		s.onAccept = func(c net.Conn, _ int) bool { resetConn(c); return false }
		return s.endpoint
	}},
	{"accepts and closes", func(t *testing.T) string {
		s := newBadServer(t, nil)
		s.onAccept = func(net.Conn, int) bool { return false }
		return s.endpoint
	}},
	{"a name that does not exist", func(*testing.T) string { return "http://no-such-host.invalid" }},
	{"a name that is too long", func(*testing.T) string {
		return "http://" + string(make64('a')) + ".invalid"
	}},
	{"https at a port that speaks http", func(t *testing.T) string {
		return "https" + newBadServer(t, nil).endpoint[len("http"):]
	}},
	{"IPv6 with nobody there", func(*testing.T) string { return fmt.Sprintf("http://[::1]:%d", freePort()) }},
}

func make64(c byte) []byte {
	text := make([]byte, 64)
	for i := range text {
		text[i] = c
	}
	return text
}

// blackHole is an address where connections are neither taken nor refused: a
// listener whose queue is full.
func blackHole(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for {
		c, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			return "http://" + address
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
	}
}

// Nothing that can be wrong with reaching the store costs a build more than a
// bounded time in total: many gets, one at a time, as go asks.
func TestUnreachableStoreCostsBoundedTime(t *testing.T) {
	for _, u := range unreachables {
		t.Run(u.name, func(t *testing.T) {
			t.Parallel()
			h := start(t, at(t, store{endpoint: u.endpoint(t), bucket: "bucket"}).with("-drain=2s"))
			begin := time.Now()
			for i := range 200 {
				h.miss(actionOf("unreachable %d", i))
				h.put(actionOf("unreachable %d", i), sample)
			}
			if took := time.Since(begin); took > hang {
				t.Errorf("200 gets took %v", took)
			}
			h.close(2*time.Second + drainSlack)
			h.stdin.Close()
			h.exitZero()
			h.said(1, 3)
		})
	}
}

// Settings that cannot be right are said in one line, and the build goes on
// with the local cache; with -strict the start fails.
func TestWrongSettings(t *testing.T) {
	good := func(t *testing.T) config { return at(t, newBadServer(t, nil).store) }
	cases := []struct {
		name   string
		change func(c config) config
	}{
		{"no bucket", func(c config) config { c.bucket = ""; return c }},
		{"a bucket with a slash", func(c config) config { c.bucket = "a/b"; return c }},
		{"a bucket with a line feed", func(c config) config { c.bucket = "a\nb"; return c }},
		{"a bucket too long", func(c config) config {
			c.bucket = string(make64('b')) + string(make64('b')) + string(make64('b')) + string(make64('b'))
			return c
		}},
		{"a prefix with a line feed", func(c config) config { c.prefix = "a\r\nHost: b"; return c }},
		{"an endpoint that is no URL", func(c config) config { c.endpoint = "nonsense"; return c }},
		{"an endpoint of another scheme", func(c config) config { c.endpoint = "ftp://127.0.0.1"; return c }},
		{"an endpoint with a port out of range", func(c config) config { c.endpoint = "http://127.0.0.1:99999"; return c }},
		{"an endpoint with a space", func(c config) config { c.endpoint = "http://a b/"; return c }},
		{"an endpoint with a line feed", func(c config) config { c.endpoint = "http://a\r\nb/"; return c }},
		{"no credentials", func(c config) config { return c.set("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=") }},
		{"half a key pair", func(c config) config { return c.set("AWS_SECRET_ACCESS_KEY=") }},
		{"a profile that does not exist", func(c config) config {
			return c.set("AWS_PROFILE=nobody", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
		}},
		{"a region that is none", func(c config) config { return c.set("AWS_REGION=us east!") }},
		{"a proxy of another scheme", func(c config) config {
			c.endpoint = "http://" + proxiedHost
			return c.set("HTTP_PROXY=socks5://127.0.0.1:1")
		}},
		{"a CA bundle that is not there", func(c config) config { c.ca = "/nonexistent.pem"; c.endpoint = "https://127.0.0.1:1"; return c }},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := test.change(good(t))
			h := start(t, c)
			h.miss(victim)
			h.put(victim, sample)
			h.hit(victim, sample)
			h.end()
			h.said(1, 2)
		})
		t.Run(test.name+", strict", func(t *testing.T) {
			t.Parallel()
			h := launch(t, test.change(good(t)).with("-strict"), nil)
			if code := h.exit(patience); code == 0 {
				t.Errorf("exit 0, want a failed start; stderr: %s", h.stderr)
			}
			h.said(1, 2)
		})
	}
}
