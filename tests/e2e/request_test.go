package e2e

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What goes over the wire is what AWS and every store we know accept.
func TestRequestsAreWellFormed(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	c := at(t, s.store).with("-drain=60s").set("AWS_SESSION_TOKEN=CANARYTOKEN/+=")
	c.prefix = "some/prefix"
	h := start(t, c)
	h.hit(victim, sample)
	h.miss(bystander)
	h.put(actionOf("new"), sample)
	h.put(actionOf("empty"), nil)
	h.end()
	h.quiet()
	if len(s.requests("GET", "")) != 2 || len(s.requests("PUT", "")) != 2 {
		t.Fatalf("%d GETs and %d PUTs, want 2 and 2", len(s.requests("GET", "")), len(s.requests("PUT", "")))
	}
	for _, r := range s.seen {
		checkSigned(t, s, r)
	}
	for _, r := range s.requests("PUT", "") {
		checkPut(t, r)
	}
}

// checkSigned holds a request against what all stores take: host and every
// x-amz-* header signed, nothing that a proxy may change.
func checkSigned(t *testing.T, s *badServer, r seenRequest) {
	t.Helper()
	for _, forbidden := range []string{"Transfer-Encoding", "Expect", "Content-Encoding", "X-Amz-Trailer", "X-Amz-Checksum-Crc32"} {
		if v := r.header.Get(forbidden); v != "" {
			t.Errorf("%s %s sends %s: %s", r.method, r.target, forbidden, v)
		}
	}
	if want := strings.TrimPrefix(s.endpoint, "http://"); r.header.Get("Host") != want {
		t.Errorf("Host %q, want %q", r.header.Get("Host"), want)
	}
	if isEntryKey(r.target) && !strings.HasPrefix(r.target, "/"+s.bucket+"/some/prefix/") {
		t.Errorf("key %q", r.target)
	}
	auth := r.header.Get("Authorization")
	_, list, _ := strings.Cut(auth, "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	signed := strings.Split(list, ";")
	if !strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential="+accessKey+"/") || !slices.IsSorted(signed) {
		t.Errorf("Authorization %q", auth)
	}
	for name := range r.header {
		lower := strings.ToLower(name)
		must := lower == "host" || strings.HasPrefix(lower, "x-amz-")
		if must && !slices.Contains(signed, lower) {
			t.Errorf("%s is not signed in %q", lower, list)
		}
	}
	for _, never := range []string{"accept-encoding", "content-length", "user-agent", "connection"} {
		if slices.Contains(signed, never) {
			t.Errorf("%s is signed", never)
		}
	}
	if r.header.Get("X-Amz-Security-Token") != "CANARYTOKEN/+=" {
		t.Errorf("x-amz-security-token %q", r.header.Get("X-Amz-Security-Token"))
	}
	if len(r.header.Get("X-Amz-Content-Sha256")) == 0 || len(r.header.Get("X-Amz-Date")) != 16 {
		t.Errorf("no x-amz-content-sha256 or x-amz-date")
	}
}

// checkPut wants the metadata of the storage format.
func checkPut(t *testing.T, r seenRequest) {
	t.Helper()
	if _, err := strconv.Atoi(r.header.Get("Content-Length")); err != nil {
		t.Errorf("Content-Length %q", r.header.Get("Content-Length"))
	}
	if key := r.header.Get("X-Amz-Meta-Actionid"); !strings.HasSuffix(r.target, key) || len(key) != 64 {
		t.Errorf("actionid %q for %s", key, r.target)
	}
	if _, err := time.Parse(time.RFC3339Nano, r.header.Get("X-Amz-Meta-Time")); err != nil {
		t.Error(err)
	}
	if len(r.header.Get("X-Amz-Meta-Outputid")) != 64 {
		t.Errorf("outputid %q", r.header.Get("X-Amz-Meta-Outputid"))
	}
}

// Connections are kept and shared: a hundred gets one after another need few.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	h := start(t, at(t, s.store))
	for i := range 100 {
		s.hold(actionOf("kept %d", i), sample)
		h.hit(actionOf("kept %d", i), sample)
	}
	h.end()
	h.quiet()
	if s.accepted > 16 {
		t.Errorf("%d connections for 100 gets", s.accepted)
	}
}

// A server that closes every connection after its answer costs connections,
// not entries.
func TestServerThatClosesAlways(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, func(x *exchange) { x.good(); x.close() })
	h := start(t, at(t, s.store).with("-drain=60s"))
	for i := range 40 {
		s.hold(actionOf("closing %d", i), sample)
		h.hit(actionOf("closing %d", i), sample)
		h.put(actionOf("put while closing %d", i), sample)
	}
	h.end()
	h.quiet()
	if s.entries() != 80 {
		t.Errorf("%d entries in the bucket, want 80", s.entries())
	}
}

// An idle connection that the server closes is replaced without a word.
func TestIdleConnectionThatEnds(t *testing.T) {
	t.Parallel()
	answered := make(chan net.Conn, 100)
	s := newBadServer(t, func(x *exchange) {
		x.good()
		if x.isEntry() {
			answered <- x.conn
		}
	})
	h := start(t, at(t, s.store))
	for i := range 4 {
		s.hold(actionOf("idle %d", i), sample)
		h.hit(actionOf("idle %d", i), sample)
		(<-answered).Close()
	}
	h.end()
	h.quiet()
}

// Gets for one action share one request.
func TestGetsForOneActionShareOneRequest(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, func(x *exchange) { time.Sleep(300 * time.Millisecond); x.good() })
	s.hold(victim, sample)
	h := start(t, at(t, s.store))
	for n := int64(1); n <= 20; n++ {
		h.raw(getRequest(n, victim).encode(nil))
	}
	h.lastID = 20
	for n := int64(1); n <= 20; n++ {
		h.check(h.await(n, patience), sample)
	}
	h.end()
	h.quiet()
	if n := len(s.requests("GET", victim.hex())); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// What is in the bucket already is not sent: neither what was fetched, nor
// what this machine uploaded in an earlier run.
func TestWhatIsSharedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	c := at(t, s.store).with("-drain=60s")
	h := start(t, c)
	h.hit(victim, sample)
	h.put(bystander, sample)
	h.end()
	again := start(t, c)
	again.hit(victim, sample)
	again.hit(bystander, sample)
	again.end()
	again.quiet()
	if n := len(s.requests("PUT", "")); n != 1 {
		t.Errorf("%d objects were sent, want 1", n)
	}
}

// An upload that did not happen in one run happens in a later one, although
// go never puts an entry again that it finds locally.
func TestWhatWasDroppedIsSentLater(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, document("500 Internal Server Error", "InternalError"))
	c := at(t, s.store).with("-drain=1s")
	h := start(t, c)
	h.put(victim, sample)
	h.end()
	s.swap(nil)
	again := start(t, c.with("-drain=60s"))
	again.hit(victim, sample)
	again.end()
	waitFor(t, "the upload behind the helper's back", hang, func() bool { return s.entries() == 1 })
}

// Uploads go on during the build, and gets do not wait behind them.
func TestGetsDoNotWaitForUploads(t *testing.T) {
	t.Parallel()
	s, release := heldPuts(t)
	h := start(t, at(t, s.store).with("-drain=60s"))
	for i := range 24 {
		h.put(actionOf("upload %d", i), fmt.Appendf(nil, "%d", i))
	}
	for i := range 20 {
		s.hold(actionOf("download %d", i), sample)
		h.hit(actionOf("download %d", i), sample)
	}
	if n := len(s.requests("PUT", "")); n == 0 || n > 24 {
		t.Errorf("%d uploads are not answered, want 1 to 24", n)
	}
	release()
	h.close(hang + drainSlack)
	h.exitZero()
	if s.entries() != 44 {
		t.Errorf("%d entries in the bucket, want 44; stderr: %s", s.entries(), h.stderr)
	}
}

// uploadsAtOnce puts so many entries, and says how many of their uploads were
// at a bucket at one time. It answers none of them before they are as many as
// expected and others have had time to come.
func uploadsAtOnce(t *testing.T, puts int, expected int64) (most int64) {
	var lock sync.Mutex
	var now int64
	enough := make(chan struct{})
	open := sync.OnceFunc(func() { close(enough) })
	defer time.AfterFunc(hang, open).Stop()
	come := func(by int64) {
		lock.Lock()
		defer lock.Unlock()
		now += by
		most = max(most, now)
		if now == expected {
			time.AfterFunc(300*time.Millisecond, open)
		}
	}
	s := newBadServer(t, func(x *exchange) {
		if x.method == "PUT" && isEntryKey(x.entry) {
			come(1)
			defer come(-1)
			<-enough
		}
		x.good()
	})
	h := start(t, at(t, s.store).with("-drain=60s"))
	for i := range puts {
		h.put(actionOf("upload %d", i), fmt.Appendf(nil, "%d", i))
	}
	h.close(hang + drainSlack)
	h.exitZero()
	if s.entries() != puts {
		t.Errorf("%d entries in the bucket, want %d; stderr: %s", s.entries(), puts, h.stderr)
	}
	return most
}

// A bucket far away is sent more at once, where much waits to be sent.
func TestManyUploadsTravelTogether(t *testing.T) {
	for puts, expected := range map[int]int64{60: 8, 400: 24} {
		t.Run(fmt.Sprintf("%d entries", puts), func(t *testing.T) {
			t.Parallel()
			if most := uploadsAtOnce(t, puts, expected); most != expected {
				t.Errorf("%d uploads at once, want %d", most, expected)
			}
		})
	}
}
