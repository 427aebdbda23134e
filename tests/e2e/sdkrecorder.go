package e2e

import (
	"bufio"
	"crypto"
	"crypto/tls"
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// recorder is every server of the cases of the SDKs: any S3 endpoint, over
// http and, as a proxy, over https with a certificate for any name; and the
// services that grant keys (sdkfakes.go). It remembers who asked for which key
// of an object, and says of each that it is not there.
type recorder struct {
	t         testing.TB
	authority authority
	leafKey   crypto.Signer
	ca        string // AWS_CA_BUNDLE
	front     *httptest.Server
	places    map[string]string // what stands for an address in a case

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
	seen   map[string]map[judge][]sighting // by key of the object
	asked  map[string]int                  // of what fails at first
}

// judge is who sent a request.
type judge string

const (
	byGo   judge = "aws-sdk-go-v2"
	byBoto judge = "boto3"
	byUs   judge = "gocache-s3"
)

// judgeOf tells by the User-Agent.
func judgeOf(r *http.Request) judge {
	agent := r.UserAgent()
	for prefix, j := range map[string]judge{"aws-sdk-go-v2/": byGo, "m/": byGo, "Boto3/": byBoto, "gocache-s3/": byUs} {
		if strings.HasPrefix(agent, prefix) {
			return j
		}
	}
	return judge(agent)
}

// sighting is what a request for an object shows of the settings behind it.
type sighting struct {
	url   string // without the key of the object and its slash
	scope string // region/service
	key   string // access key
	token string // of a session, with the header's name unless it is the usual
	by    string // the proxy, if it has a name
	wrong string // with the signature
}

func newRecorder(t testing.TB) *recorder {
	t.Helper()
	r := &recorder{t: t, authority: newAuthority(t, "judges"), leafKey: newKey(t),
		leaves: map[string]*tls.Certificate{}, seen: map[string]map[judge][]sighting{}, asked: map[string]int{}}
	r.ca = r.authority.bundle(t, filepath.Join(t.TempDir(), "ca.pem"))
	r.front = httptest.NewServer(r.proxy("", ""))
	t.Cleanup(r.front.Close)
	r.places = map[string]string{"@HTTP": r.front.URL, "@CA": r.ca}
	for name, fake := range fakes {
		s := httptest.NewServer(fake(r))
		t.Cleanup(s.Close)
		r.places[name] = s.URL
	}
	r.places["@HOST_GUARDED"] = strings.Replace(r.places["@GUARDED"], "http://", "@", 1)
	return r
}

// serveAddresses serves those of a network of its own.
func (r *recorder) serveAddresses() {
	at80(r.t, elsewhere, r.proxy("", ""))
	at80(r.t, "169.254.170.2", http.HandlerFunc(container))
	at80(r.t, "169.254.170.23", http.HandlerFunc(container))
	at80(r.t, "fd00:ec2::23", http.HandlerFunc(container))
	at80(r.t, "169.254.169.254", http.HandlerFunc(metadata{}.serve))
	at80(r.t, "fd00:ec2::254", http.HandlerFunc(metadata{}.serve))
}

// proxy is an endpoint itself, and the way to any other; for those alone who
// know the password, if it has one.
func (r *recorder) proxy(name, password string) http.HandlerFunc {
	allowed := "Basic " + base64.StdEncoding.EncodeToString([]byte(password))
	return func(w http.ResponseWriter, q *http.Request) {
		switch {
		case password != "" && q.Header.Get("Proxy-Authorization") != allowed:
			w.Header().Set("Proxy-Authenticate", `Basic realm="judges"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
		case q.Method == http.MethodConnect:
			r.connect(w, q, name)
		default:
			r.serve(name).ServeHTTP(w, q)
		}
	}
}

func (r *recorder) connect(w http.ResponseWriter, q *http.Request, name string) {
	host, _, err := net.SplitHostPort(q.RequestURI)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	r.tunnel(tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*r.leaf(host)}}), name)
}

// tunnel serves one connection to its end.
func (r *recorder) tunnel(conn *tls.Conn, name string) {
	defer conn.Close()
	one := &oneListener{conn: make(chan net.Conn, 1), done: make(chan struct{}), addr: conn.LocalAddr()}
	one.conn <- conn
	server := http.Server{Handler: r.serve(name), ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed || state == http.StateHijacked {
				close(one.done)
			}
		}}
	server.Serve(one)
}

// oneListener has one connection to give, and ends with it.
type oneListener struct {
	conn chan net.Conn
	done chan struct{}
	addr net.Addr
}

func (l *oneListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.done:
		return nil, io.EOF
	}
}
func (l *oneListener) Close() error   { return nil }
func (l *oneListener) Addr() net.Addr { return l.addr }

// leaf is a certificate for this name.
func (r *recorder) leaf(host string) *tls.Certificate {
	r.mu.Lock()
	defer r.mu.Unlock()
	if found := r.leaves[host]; found != nil {
		return found
	}
	template := localLeaf()
	template.DNSNames = []string{host}
	made := r.authority.issue(r.t, template, r.leafKey)
	r.leaves[host] = &made
	return &made
}

// objectKey is what ends the path of every request that is judged.
var objectKey = regexp.MustCompile(`/([0-9a-f]{64})$`)

// serve answers what may come to any host by this proxy.
func (r *recorder) serve(by string) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) { r.answer(w, q, by) }
}

// answer is that of S3, STS, the portal of SSO, or OIDC.
func (r *recorder) answer(w http.ResponseWriter, q *http.Request, by string) {
	body, err := io.ReadAll(bufio.NewReader(q.Body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	path, _, _ := strings.Cut(targetOf(q), "?")
	switch found := objectKey.FindStringSubmatch(path); {
	case found != nil && q.Method == http.MethodGet:
		r.record(found[1], q, body, by)
		sayXML(w, http.StatusNotFound, "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>")
	case q.Method == http.MethodPost && q.Header.Get("Content-Type") != "application/json":
		r.tokenService(w, q, body)
	case strings.HasSuffix(path, "/token"):
		renewSSO(w, body)
	case strings.HasSuffix(path, "/federation/credentials"):
		r.grantSSO(w, q)
	case q.URL.Query().Has("session"):
		r.grantSession(w, q, body)
	default:
		sayXML(w, http.StatusForbidden, "<Error><Code>AccessDenied</Code><Message>only objects</Message></Error>")
	}
}

func sayXML(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

// record remembers a request for an object.
func (r *recorder) record(key string, q *http.Request, body []byte, by string) {
	path, _, _ := strings.Cut(targetOf(q), "?")
	sign := readSignature(q)
	seen := sighting{
		url:   schemeOf(q) + "://" + r.local(q.Host) + strings.TrimSuffix(path, "/"+key),
		scope: sign.scope, key: sign.key,
		token: spoken(q.Header.Get("X-Amz-Security-Token")),
		by:    by,
		wrong: sign.wrongWith(q, body),
	}
	if session := q.Header.Get("X-Amz-S3session-Token"); session != "" {
		seen.token += "session " + spoken(session)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen[key] == nil {
		r.seen[key] = map[judge][]sighting{}
	}
	j := judgeOf(q)
	r.seen[key][j] = append(r.seen[key][j], seen)
}

func (r *recorder) sightings(key string, j judge) []sighting {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen[key][j]
}

func schemeOf(q *http.Request) string {
	if q.TLS != nil {
		return "https"
	}
	return "http"
}

// local is host, or a name for it if it is the recorder's own address.
func (r *recorder) local(host string) string {
	return strings.ReplaceAll("http://"+host, r.front.URL, "http://@")[len("http://"):]
}
