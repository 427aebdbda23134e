package e2e

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tlsCase is one way to set a TLS server up.
type tlsCase struct {
	name string
	leaf func(c *x509.Certificate) // changes the good leaf
	key  func(t testing.TB) crypto.Signer
	conf func(c *tls.Config) // changes the good configuration
	host string              // "" for 127.0.0.1
	good bool
	says []string // one of these words must be in the line, in lower case
}

func rsaKey(bits int) func(t testing.TB) crypto.Signer {
	return func(t testing.TB) crypto.Signer {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
}

func ecKey(curve elliptic.Curve) func(t testing.TB) crypto.Signer {
	return func(t testing.TB) crypto.Signer {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
}

func suites(ids ...uint16) func(*tls.Config) {
	return func(c *tls.Config) { c.CipherSuites, c.MaxVersion = ids, tls.VersionTLS12 }
}

func versions(from, to uint16) func(*tls.Config) {
	return func(c *tls.Config) { c.MinVersion, c.MaxVersion = from, to }
}

var tlsCases = []tlsCase{
	{name: "IP address in the certificate", good: true},
	{name: "DNS name in the certificate", host: "localhost", good: true},
	{name: "TLS 1.2 only", conf: versions(tls.VersionTLS12, tls.VersionTLS12), good: true},
	{name: "RSA 2048", key: rsaKey(2048), good: true},
	{name: "RSA 4096", key: rsaKey(4096), good: true},
	{name: "P-384", key: ecKey(elliptic.P384()), good: true},
	{name: "P-521", key: ecKey(elliptic.P521()), good: true},
	{name: "AES-128-GCM only", conf: suites(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), good: true},
	{name: "AES-256-GCM only", conf: suites(tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384), good: true},
	{name: "ChaCha20 only", conf: suites(tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305), good: true},
	{name: "no session tickets", conf: func(c *tls.Config) { c.SessionTicketsDisabled = true }, good: true},

	{name: "expired", leaf: func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }, says: []string{"expired"}},
	{name: "not yet valid", leaf: func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) }, says: []string{"not yet", "not valid"}},
	{name: "another address", leaf: func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} }, says: []string{"not for this host"}},
	{name: "another name", host: "localhost", leaf: func(c *x509.Certificate) { c.DNSNames = []string{"example.test"} }, says: []string{"not for this host"}},
	{name: "the address as a DNS name", leaf: func(c *x509.Certificate) { c.IPAddresses = nil; c.DNSNames = []string{"127.0.0.1"} }, says: []string{"not for this host"}},
	{name: "common name only", host: "localhost", leaf: func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, nil }, says: []string{"names no host"}},
	{name: "a wildcard above a top-level name", host: "localhost", leaf: func(c *x509.Certificate) { c.DNSNames = []string{"*"} }, says: []string{"not for this host"}},
	{name: "for clients only", leaf: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, says: []string{"client", "usage", "server"}},
	{name: "RSA 1024", key: rsaKey(1024), says: []string{"rsa", "key", "weak", "short"}},
	{name: "TLS 1.3 only", conf: versions(tls.VersionTLS13, tls.VersionTLS13), says: []string{"tls 1.3", "tls 1.2"}},
	{name: "TLS 1.0 only", conf: versions(tls.VersionTLS10, tls.VersionTLS10), says: []string{"tls 1.2", "version"}},
	{name: "TLS 1.1 only", conf: versions(tls.VersionTLS11, tls.VersionTLS11), says: []string{"tls 1.2", "version"}},
	{name: "CBC only", conf: suites(tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA), says: []string{"cipher", "handshake", "tls"}},
	{name: "RSA key exchange only", key: rsaKey(2048), conf: suites(tls.TLS_RSA_WITH_AES_128_GCM_SHA256), says: []string{"cipher", "handshake", "tls"}},
	{name: "a client certificate is demanded", conf: func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }, says: []string{"tls", "handshake", "certificate", "closed", "alert"}},
}

// listenTLS serves with a certificate of a new authority as the case says.
func (test tlsCase) listen(t testing.TB, s script) (*badServer, store) {
	t.Helper()
	ca := newAuthority(t, "e2e")
	leaf, key := localLeaf(), newKey(t)
	if test.leaf != nil {
		test.leaf(leaf)
	}
	if test.key != nil {
		key = test.key(t)
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{ca.issue(t, leaf, key)}}
	if test.conf != nil {
		test.conf(conf)
	}
	server := newBadTLSServer(t, conf, ca.bundle(t, filepath.Join(t.TempDir(), "ca.pem")), s)
	place := server.store
	if test.host != "" {
		place.endpoint = strings.Replace(place.endpoint, "127.0.0.1", test.host, 1)
	}
	return server, place
}

// What TLS refuses is one line that says what is wrong in words; what it
// takes works for gets and puts.
func TestTLS(t *testing.T) {
	for _, test := range tlsCases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, place := test.listen(t, nil)
			s.hold(victim, sample)
			drain := "-drain=2s"
			if test.good {
				drain = "-drain=60s"
			}
			h := start(t, at(t, place).with(drain))
			if test.good {
				h.hit(victim, sample)
				h.put(bystander, sample)
				h.end()
				h.quiet()
				if _, stored := s.load(bystander.hex()); !stored {
					t.Error("not uploaded")
				}
				return
			}
			h.miss(victim)
			h.put(bystander, sample)
			h.end()
			line := strings.ToLower(h.said(1, 2)[0])
			found := false
			for _, word := range test.says {
				found = found || strings.Contains(line, word)
			}
			if !found {
				t.Errorf("none of %q in %q", test.says, line)
			}
			if len(s.seen) != 0 {
				t.Errorf("%d requests were sent", len(s.seen))
			}
		})
	}
}

func TestUnknownAuthority(t *testing.T) {
	t.Parallel()
	s, place := tlsCase{}.listen(t, nil)
	s.hold(victim, sample)
	place.ca = newAuthority(t, "another").bundle(t, filepath.Join(t.TempDir(), "other.pem"))
	h := start(t, at(t, place))
	h.miss(victim)
	h.end()
	if line := h.said(1, 1)[0]; !strings.Contains(line, "authority") && !strings.Contains(line, "trust") {
		t.Errorf("%q does not say what is wrong", line)
	}
}

// The bundle may come in four ways; the named one replaces the others.
func TestWhereTheBundleComesFrom(t *testing.T) {
	t.Parallel()
	s, place := tlsCase{}.listen(t, nil)
	s.hold(victim, sample)
	good := place.ca
	bad := newAuthority(t, "another").bundle(t, filepath.Join(t.TempDir(), "other.pem"))
	place.ca = ""
	for name, change := range map[string]func(c config) config{
		"AWS_CA_BUNDLE":                    func(c config) config { return c.set("AWS_CA_BUNDLE=" + good) },
		"SSL_CERT_FILE":                    func(c config) config { return c.set("SSL_CERT_FILE=" + good) },
		"AWS_CA_BUNDLE over SSL_CERT_FILE": func(c config) config { return c.set("AWS_CA_BUNDLE="+good, "SSL_CERT_FILE="+bad) },
		"-ca-bundle over AWS_CA_BUNDLE":    func(c config) config { return c.with("-ca-bundle", good).set("AWS_CA_BUNDLE=" + bad) },
		"ca_bundle of the profile": func(c config) config {
			writeFile(t, filepath.Join(c.dir, "home", ".aws", "config"), []byte("[default]\nca_bundle = "+good+"\n"))
			return c
		},
	} {
		h := start(t, change(at(t, place)))
		if got := h.get(victim); got.Miss {
			t.Errorf("%s: a miss; stderr: %s", name, h.stderr)
		}
		h.end()
	}
}

// TLS that breaks after the handshake is as any broken connection.
func TestTLSThatBreaks(t *testing.T) {
	for name, end := range map[string]func(x *exchange){
		"closed without close_notify": func(x *exchange) { x.conn.(*tls.Conn).NetConn().Close() },
		"closed with close_notify":    func(x *exchange) { x.conn.Close() },
		"garbage instead of a record": func(x *exchange) { fmt.Fprint(x.conn.(*tls.Conn).NetConn(), strings.Repeat("junk", 100)) },
		"a plain alert":               func(x *exchange) { fmt.Fprint(x.conn.(*tls.Conn).NetConn(), "\x15\x03\x03\x00\x02\x02\x28") },
		"a record of a changed byte": func(x *exchange) {
			fmt.Fprint(x.conn.(*tls.Conn).NetConn(), "\x17\x03\x03\x00\x20"+strings.Repeat("z", 32))
		},
	} {
		for _, where := range []string{"before the answer", "within the body", "without a length"} {
			t.Run(name+" "+where, func(t *testing.T) {
				t.Parallel()
				s, place := tlsCase{}.listen(t, func(x *exchange) {
					text := wholeAnswer(x)
					switch {
					case x.attempt > 0 || !x.isEntry():
						x.good()
						return
					case where == "within the body":
						x.write(text[:len(text)-100])
					case where == "without a length":
						x.write("HTTP/1.1 200 OK\r\n" + metaHeader(x.stored()) + "\r\n" + string(x.stored().body[:200]))
					}
					end(x)
					x.over = true
				})
				s.hold(victim, sample)
				h := start(t, at(t, place))
				// without a length, an end in a wrong place shows
				// only in the body's hash, and is no fault of the line
				if got := h.get(victim); !got.Miss || where != "without a length" {
					h.check(got, sample)
				}
				h.end()
				h.said(0, 1)
			})
		}
	}
}

// Records of one byte, and a flood of them.
func TestTLSRecordsOfOneByte(t *testing.T) {
	t.Parallel()
	s, place := tlsCase{}.listen(t, piecewise(1, 0))
	s.hold(victim, sample)
	h := start(t, at(t, place))
	h.hit(victim, sample)
	h.end()
	h.quiet()
}

// Stopped in the middle of an answer, for longer than a server may be silent:
// what came meanwhile counts.
func TestStopWithinAnAnswer(t *testing.T) {
	t.Parallel()
	body := noise(400_000)
	half, stopped := make(chan bool), make(chan bool)
	s, place := tlsCase{}.listen(t, func(x *exchange) {
		if !x.isEntry() || x.attempt > 0 {
			x.good()
			return
		}
		text := wholeAnswer(x)
		x.write(text[:len(text)/2])
		half <- true
		<-stopped
		x.write(text[len(text)/2:])
	})
	s.hold(victim, body)
	h := start(t, at(t, place))
	n := h.nextID()
	h.raw(getRequest(n, victim).encode(nil))
	<-half
	time.Sleep(100 * time.Millisecond) // for it to wait for the rest
	h.signalAll(syscall.SIGSTOP)
	stopped <- true
	time.Sleep(6 * time.Second)
	h.signalAll(syscall.SIGCONT)
	h.check(h.await(n, patience), body)
	h.end()
	h.quiet()
	if n := len(s.requests("GET", victim.hex())); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// A handshake that stalls costs a bounded time.
func TestHandshakeThatStalls(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.onAccept = func(c net.Conn, _ int) bool { time.Sleep(hang); return false }
	place := s.store
	place.endpoint = strings.Replace(place.endpoint, "http:", "https:", 1)
	h := start(t, at(t, place).with("-drain=2s"))
	for i := range 50 {
		h.miss(actionOf("stalled %d", i))
	}
	h.end()
	h.said(1, 1)
}

// Over TLS the signature leaves the body out, or holds its right hash.
func TestBodyOverTLSIsUnsignedOrRightlySigned(t *testing.T) {
	t.Parallel()
	s, place := tlsCase{}.listen(t, nil)
	h := start(t, at(t, place).with("-drain=60s"))
	h.put(victim, sample)
	h.end()
	h.quiet()
	for _, r := range s.requests("PUT", "") {
		got := r.header.Get("X-Amz-Content-Sha256")
		if got != "UNSIGNED-PAYLOAD" && got != outputOf(sample).hex() {
			t.Errorf("x-amz-content-sha256 %q", got)
		}
	}
}

// A store that refuses unsigned bodies gets them signed.
func TestStoreThatRefusesUnsignedBodies(t *testing.T) {
	t.Parallel()
	s, place := tlsCase{}.listen(t, func(x *exchange) {
		if x.method == "PUT" && x.header.Get("X-Amz-Content-Sha256") == "UNSIGNED-PAYLOAD" {
			x.fail("400 Bad Request", "XAmzContentSHA256Mismatch", "")
			return
		}
		x.good()
	})
	h := start(t, at(t, place).with("-drain=60s"))
	h.put(victim, sample)
	h.put(bystander, sample)
	h.end()
	h.said(0, 1)
	if s.entries() != 2 {
		t.Errorf("%d of 2 entries in the bucket; stderr: %s", s.entries(), h.stderr)
	}
}
