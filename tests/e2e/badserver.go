package e2e

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// badServer is an S3 server that follows a script. What the script does not
// do itself is done rightly, over one bucket in memory.
type badServer struct {
	store
	t        testing.TB
	listener net.Listener
	script   script
	onAccept func(c net.Conn, number int) bool // false: the connection is spent

	mu       sync.Mutex
	objects  map[string]object // by entry
	attempts map[string]int    // requests so far, by method and entry
	seen     []seenRequest
	accepted int
	given    int // entries that were there when they were asked for
	conns    map[net.Conn]bool
}

// script answers one request; it may use x.good for the right answer.
type script func(x *exchange)

// seenRequest is what the server remembers of a request.
type seenRequest struct {
	conn           int
	method, target string
	header         textproto.MIMEHeader
}

// exchange is one request and the connection to answer it on.
type exchange struct {
	s       *badServer
	conn    net.Conn
	in      *bufio.Reader
	method  string
	target  string
	header  textproto.MIMEHeader
	entry   string // last part of the path, or all behind the prefix
	attempt int    // 0 for the first request with this method and entry
	body    []byte
	hasBody bool // body has been read
	over    bool // the connection cannot be used again
}

// newBadServer serves a bucket in memory; script may be nil.
func newBadServer(t testing.TB, s script) *badServer {
	t.Helper()
	l := listen(t)
	return newBadServerOn(t, l, "http://"+l.Addr().String(), s)
}

// newBadTLSServer is the same over TLS; ca is the bundle that trusts it.
func newBadTLSServer(t testing.TB, conf *tls.Config, ca string, s script) *badServer {
	t.Helper()
	l := listen(t)
	b := newBadServerOn(t, tls.NewListener(l, conf), "https://"+l.Addr().String(), s)
	b.ca = ca
	return b
}

func newBadServerOn(t testing.TB, l net.Listener, endpoint string, s script) *badServer {
	b := &badServer{t: t, listener: l, script: s,
		store:   store{endpoint: endpoint, bucket: "bucket"},
		objects: map[string]object{}, attempts: map[string]int{}, conns: map[net.Conn]bool{}}
	go b.accept()
	t.Cleanup(b.stop)
	return b
}

// stop refuses new connections and cuts the old ones.
func (b *badServer) stop() {
	b.listener.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		c.Close()
	}
}

func (b *badServer) accept() {
	for {
		c, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.mu.Lock()
		b.accepted++
		number := b.accepted
		b.conns[c] = true
		b.mu.Unlock()
		go b.serve(c, number)
	}
}

func (b *badServer) serve(c net.Conn, number int) {
	defer func() {
		c.Close()
		b.mu.Lock()
		delete(b.conns, c)
		b.mu.Unlock()
	}()
	if b.onAccept != nil && !b.onAccept(c, number) {
		return
	}
	in := bufio.NewReader(c)
	for {
		x, err := b.readHead(c, in, number)
		if err != nil {
			return
		}
		b.mu.Lock()
		answer := b.script
		b.mu.Unlock()
		if answer == nil {
			answer = (*exchange).good
		}
		answer(x)
		x.readBody()
		if x.over {
			return
		}
	}
}

func (b *badServer) readHead(c net.Conn, in *bufio.Reader, number int) (*exchange, error) {
	text := textproto.NewReader(in)
	line, err := text.ReadLine()
	if err != nil {
		return nil, err
	}
	header, err := text.ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	method, rest, _ := strings.Cut(line, " ")
	target, _, _ := strings.Cut(rest, " ")
	name, _, _ := strings.Cut(target, "?")
	x := &exchange{s: b, conn: c, in: in, method: method, target: target,
		header: header, entry: entryOf(name)}
	b.mu.Lock()
	defer b.mu.Unlock()
	x.attempt = b.attempts[method+x.entry]
	b.attempts[method+x.entry]++
	b.seen = append(b.seen, seenRequest{number, method, target, header})
	return x, nil
}

// isEntry says whether the request is for an action's object: only those are
// answered badly by the tables.
func (x *exchange) isEntry() bool { return isEntryKey(x.entry) }

// isAccelerator says whether it is for a pack or a snapshot.
func (x *exchange) isAccelerator() bool { return strings.HasPrefix(x.entry, accelerators) }

// isList says whether the request asks for the keys.
func (x *exchange) isList() bool {
	return x.method == "GET" && strings.Contains(x.target, "list-type=2")
}

// signedRegion is the region in the credential scope of a request.
func signedRegion(x *exchange) string {
	_, scope, _ := strings.Cut(x.header.Get("Authorization"), "Credential="+accessKey+"/")
	parts := strings.SplitN(scope, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}

// readBody reads the request's body, once.
func (x *exchange) readBody() []byte {
	if x.hasBody || x.over {
		return x.body
	}
	x.hasBody = true
	n, err := strconv.Atoi(x.header.Get("Content-Length"))
	if err != nil {
		return nil
	}
	x.body = make([]byte, n)
	if _, err := io.ReadFull(x.in, x.body); err != nil {
		x.over, x.body = true, nil
	}
	return x.body
}

// write sends bytes as they are; once that fails the connection is over.
func (x *exchange) write(text string) {
	if _, err := io.WriteString(x.conn, text); err != nil {
		x.over = true
	}
}

// answer sends a whole, well-framed answer.
func (x *exchange) answer(status string, header string, body string) {
	x.readBody()
	head := fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n", status, header, len(body))
	if x.method == "HEAD" {
		body = ""
	}
	x.write(head + body)
}

// fail answers with an S3 error document.
func (x *exchange) fail(status, code, more string) {
	x.answer(status, "Content-Type: application/xml\r\n", errorXML(code, more))
}

func errorXML(code, more string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code +
		"</Code><Message>scripted</Message>" + more + "<RequestId>0123456789ABCDEF</RequestId></Error>"
}

// reset ends the connection with a RST.
func (x *exchange) reset() {
	x.over = true
	resetConn(x.conn)
}

func resetConn(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// close ends the connection with a FIN after what was written.
func (x *exchange) close() {
	x.readBody()
	x.over = true
	x.conn.Close()
}

// stall says nothing more until the other side gives up.
func (x *exchange) stall() {
	x.readBody()
	x.over = true
	x.conn.SetReadDeadline(time.Now().Add(2 * hang))
	io.Copy(io.Discard, x.in)
}

// requests are those with this method for an entry ("" for any entry).
func (b *badServer) requests(method, entry string) []seenRequest {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []seenRequest
	for _, r := range b.seen {
		name, _, _ := strings.Cut(r.target, "?")
		if r.method == method && isEntryKey(name) && (entry == "" || path.Base(name) == entry) {
			found = append(found, r)
		}
	}
	return found
}

// swap changes the script of a running server; nil gives right answers.
func (b *badServer) swap(s script) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script = s
}
