package e2e

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"path"
	"sort"
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
	objects  map[string]object // by entry: the last part of the key
	attempts map[string]int    // requests so far, by method and entry
	seen     []seenRequest
	accepted int
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
	entry   string // last part of the path
	attempt int    // 0 for the first request with this method and entry
	body    []byte
	hasBody bool // body has been read
	over    bool // the connection cannot be used again
}

// newBadServer serves a bucket in memory; script may be nil.
func newBadServer(t testing.TB, s script) *badServer {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return newBadServerOn(t, l, "http://"+l.Addr().String(), s)
}

// newBadTLSServer is the same over TLS; ca is the bundle that trusts it.
func newBadTLSServer(t testing.TB, conf *tls.Config, ca string, s script) *badServer {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
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
		header: header, entry: path.Base(name)}
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

// isList says whether the request asks for the keys.
func (x *exchange) isList() bool {
	return x.method == "GET" && strings.Contains(x.target, "list-type=2")
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

// good is the right answer.
func (x *exchange) good() {
	body := x.readBody()
	if x.over {
		return
	}
	if x.isList() {
		x.answer("200 OK", "Content-Type: application/xml\r\n", x.s.list(x.target))
		return
	}
	if !x.isEntry() {
		x.fail("404 Not Found", "NoSuchKey", "")
		return
	}
	switch x.method {
	case "PUT":
		x.s.keep(x.entry, object{bytes.Clone(body), metadataOf(x.header)})
		x.answer("200 OK", "ETag: \"0\"\r\n", "")
	case "GET":
		if o, ok := x.s.load(x.entry); ok {
			x.answer("200 OK", metaHeader(o), string(o.body))
		} else {
			x.fail("404 Not Found", "NoSuchKey", "")
		}
	default:
		x.fail("501 Not Implemented", "NotImplemented", "")
	}
}

func metadataOf(header textproto.MIMEHeader) map[string]string {
	metadata := map[string]string{}
	for name, values := range header {
		if short, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			metadata[strings.ToLower(short)] = values[0]
		}
	}
	return metadata
}

// metaHeader is the header lines that carry an object's metadata.
func metaHeader(o object) string {
	var names []string
	for name := range o.metadata {
		names = append(names, name)
	}
	sort.Strings(names)
	text := "Content-Type: application/octet-stream\r\n"
	for _, name := range names {
		text += "x-amz-meta-" + name + ": " + o.metadata[name] + "\r\n"
	}
	return text
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

// list is a page of ListObjectsV2.
func (b *badServer) list(target string) string {
	_, query, _ := strings.Cut(target, "?")
	asked, _ := url.ParseQuery(query)
	after := max(asked.Get("start-after"), asked.Get("continuation-token"))
	b.mu.Lock()
	defer b.mu.Unlock()
	var keys []string
	for entry := range b.objects {
		if key := asked.Get("prefix") + entry; key > after {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	more := len(keys) > 1000
	text := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<ListBucketResult>"
	if more {
		keys = keys[:1000]
		text += "<NextContinuationToken>" + keys[999] + "</NextContinuationToken>"
	}
	text += fmt.Sprintf("<KeyCount>%d</KeyCount><IsTruncated>%v</IsTruncated>", len(keys), more)
	for _, key := range keys {
		text += "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>"
	}
	return text + "</ListBucketResult>"
}

// stored is the object of the request.
func (x *exchange) stored() object {
	o, _ := x.s.load(x.entry)
	return o
}

func (b *badServer) keep(entry string, o object) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[entry] = o
}

func (b *badServer) load(entry string) (object, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, ok := b.objects[entry]
	return o, ok
}

// entries are the objects that lie under entry keys.
func (b *badServer) entries() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.objects)
}

// hold stores an entry as the Go program would have.
func (b *badServer) hold(action id, body []byte) {
	b.keep(action.hex(), goObject(body, time.Now().Add(-time.Hour)))
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
