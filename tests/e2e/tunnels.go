package e2e

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"path/filepath"
	"strings"
	"testing"
)

// tunnels is a proxy behind which every host of the world is one server.
type tunnels struct {
	net.Listener
	opened chan net.Conn
	tls    *tls.Config
}

// newWorldServer serves a bucket in memory under whatever https name it is
// asked for, behind the proxy of its environment.
func newWorldServer(t testing.TB, s script) *badServer {
	t.Helper()
	l := listen(t)
	ca, key := newAuthority(t, "world"), newKey(t)
	w := &tunnels{Listener: l, opened: make(chan net.Conn), tls: &tls.Config{
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			leaf := localLeaf()
			leaf.DNSNames = []string{hello.ServerName}
			pair := ca.issue(t, leaf, key)
			return &pair, nil
		}}}
	go w.open()
	b := newBadServerOn(t, w, "", s)
	b.ca = ca.bundle(t, filepath.Join(t.TempDir(), "ca.pem"))
	b.env = []string{"HTTPS_PROXY=http://" + l.Addr().String()}
	return b
}

// open answers CONNECT, each on its own, until the listener is closed.
func (w *tunnels) open() {
	defer close(w.opened)
	for {
		c, err := w.Listener.Accept()
		if err != nil {
			return
		}
		in := textproto.NewReader(bufio.NewReader(c))
		line, _ := in.ReadLine()
		if _, err := in.ReadMIMEHeader(); err != nil || !strings.HasPrefix(line, "CONNECT ") {
			c.Close()
			continue
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		w.opened <- tls.Server(c, w.tls)
	}
}

func (w *tunnels) Accept() (net.Conn, error) {
	c, open := <-w.opened
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}

// request is what the signature of an exchange is checked with.
func (x *exchange) request() *http.Request {
	return &http.Request{Method: x.method, RequestURI: x.target,
		Host: x.header.Get("Host"), Header: http.Header(x.header).Clone()}
}
