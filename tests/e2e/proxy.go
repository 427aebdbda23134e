package e2e

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"
)

// proxiedHost is a name of this machine that only a proxy knows: nothing on
// loopback is asked through a proxy under its own name.
const proxiedHost = "s3.test"

// testProxy is an HTTP proxy on loopback: CONNECT, and requests in absolute
// form.
type testProxy struct {
	url  string // without user and password
	user string // user:password that it wants, "" for none

	mu        sync.Mutex
	tunnels   int
	forwarded []string // targets of requests in absolute form
	refused   int
	forward   httputil.ReverseProxy
}

// newProxy starts one; conf is for TLS to the proxy itself, or nil.
func newProxy(t testing.TB, user string, conf *tls.Config) *testProxy {
	t.Helper()
	l := listen(t)
	p := &testProxy{url: "http://" + l.Addr().String(), user: user}
	if conf != nil {
		p.url = "https://" + l.Addr().String()
		l = tls.NewListener(l, conf)
	}
	p.forward = httputil.ReverseProxy{
		Director: func(*http.Request) {},
		Transport: &http.Transport{
			DisableCompression: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, mapped(address))
			},
		},
	}
	server := &http.Server{Handler: p}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return p
}

// mapped is where a place lies that only the proxy knows.
func mapped(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return "127.0.0.1:" + port
}

// as is the proxy's URL for this user and password, percent-encoded by the
// caller.
func (p *testProxy) as(user string) string {
	return strings.Replace(p.url, "://", "://"+user+"@", 1)
}

func (p *testProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.user))
	allowed := p.user == "" || r.Header.Get("Proxy-Authorization") == want
	p.note(r, allowed)
	switch {
	case !allowed:
		w.Header().Set("Proxy-Authenticate", `Basic realm="e2e"`)
		http.Error(w, "who are you?", http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		tunnel(w, r.Host)
	case r.URL.Host == "":
		http.Error(w, "not for a proxy", http.StatusBadRequest)
	default:
		p.forward.ServeHTTP(w, r)
	}
}

func (p *testProxy) note(r *http.Request, allowed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !allowed:
		p.refused++
	case r.Method == http.MethodConnect:
		p.tunnels++
	default:
		p.forwarded = append(p.forwarded, r.RequestURI)
	}
}

// counts are the tunnels, the requests passed on, and those refused.
func (p *testProxy) counts() (tunnels, forwarded, refused int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tunnels, len(p.forwarded), p.refused
}

func tunnel(w http.ResponseWriter, address string) {
	far, err := net.Dial("tcp", mapped(address))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer far.Close()
	near, rest, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		io.Copy(far, rest)
		far.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(near, far)
}

// behind is a store under the name that only the proxy knows.
func behind(s store) store {
	s.endpoint = strings.Replace(s.endpoint, "127.0.0.1", proxiedHost, 1)
	return s
}
