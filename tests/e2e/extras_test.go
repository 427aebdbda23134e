package e2e

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// extras is every option for headers, and what each adds to which requests.
var extras = struct {
	args     []string
	all, put map[string]string // all requests; besides, of a put
}{
	args: []string{"-storage-class=STANDARD_IA", "-sse-kms-key-id=alias/cache",
		"-acl=bucket-owner-full-control", "-tags=team=build&cost=a%20b", "-request-payer",
		"-expected-bucket-owner=111122223333", "-header=X-Gateway: CANARY one two",
		"-header", "x-amz-custom: 3"},
	all: map[string]string{
		"X-Amz-Request-Payer":         "requester",
		"X-Amz-Expected-Bucket-Owner": "111122223333",
		"X-Gateway":                   "CANARY one two",
		"X-Amz-Custom":                "3",
	},
	put: map[string]string{
		"X-Amz-Storage-Class":                         "STANDARD_IA",
		"X-Amz-Server-Side-Encryption":                "aws:kms",
		"X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "alias/cache",
		"X-Amz-Acl":     "bucket-owner-full-control",
		"X-Amz-Tagging": "team=build&cost=a%20b",
	},
}

// usualHeaders are those that a request has without any option.
var usualHeaders = []string{"Host", "Accept-Encoding", "User-Agent", "Authorization", "Content-Length",
	"Content-Type", "Range", "X-Amz-Content-Sha256", "X-Amz-Date",
	"X-Amz-Meta-Outputid", "X-Amz-Meta-Time", "X-Amz-Meta-Actionid"}

// checkExtras wants these headers besides the usual ones, and a signature that
// covers those of them that are Amazon's.
func checkExtras(t *testing.T, r seenRequest, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for name, values := range r.header {
		if !slices.Contains(usualHeaders, name) {
			got[name] = strings.Join(values, "|")
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%s %s has %q, want %q", r.method, r.target, got, want)
	}
	q := &http.Request{Method: r.method, RequestURI: r.target, Host: r.header.Get("Host"), Header: http.Header(r.header)}
	sign := readSignature(q)
	if sign.sign(sign.canonical(q, q.Header.Get("X-Amz-Content-Sha256")), q.Header.Get("X-Amz-Date")) != sign.value {
		t.Errorf("%s %s has a wrong signature", r.method, r.target)
	}
	for name := range got {
		if signed := slices.Contains(sign.headers, strings.ToLower(name)); signed != strings.HasPrefix(name, "X-Amz-") {
			t.Errorf("%s is signed: %v", name, signed)
		}
	}
}

// Puts of entries, packs and snapshots carry all that the options ask for;
// gets and lists what concerns them.
func TestExtraHeadersArrive(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, listedSlowly)
	all := wares("extra")
	c := scoped(t, s.store).set("AWS_SECRET_ACCESS_KEY=" + secretFor(accessKey))
	use(t, c.with(extras.args...), all)
	h := start(t, c.with(extras.args...).emptied(t))
	h.misses(40)
	h.hit(all[6].action, all[6].body)
	h.leave()
	h.quiet()
	both := maps.Clone(extras.all)
	maps.Copy(both, extras.put)
	for _, r := range s.seen {
		want := extras.all
		if r.method == "PUT" {
			want = both
		}
		checkExtras(t, r, want)
	}
	kinds := []int{len(s.requests("GET", "")), len(s.requests("PUT", "")), s.lists(),
		len(s.accelerated("PUT", packKeys)), len(s.accelerated("GET", snapshotKeys))}
	if slices.Contains(kinds, 0) {
		t.Errorf("gets, puts, lists, packs, snapshots: %v", kinds)
	}
}

// listedSlowly gives a census the time to come.
func listedSlowly(x *exchange) {
	time.Sleep(distance)
	x.good()
}

// The variables do the same; one of them has a header per line.
func TestExtraHeadersFromVariables(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	h := start(t, at(t, s.store).set("AWS_SECRET_ACCESS_KEY="+secretFor(accessKey),
		"GOCACHE_S3_SSE=AES256", "GOCACHE_S3_REQUEST_PAYER=1", "GOCACHE_S3_HEADER=A: 1\n\nX-B: 2\n"))
	h.put(victim, sample)
	h.end()
	h.quiet()
	for _, r := range s.requests("PUT", "") {
		checkExtras(t, r, map[string]string{"X-Amz-Server-Side-Encryption": "AES256",
			"X-Amz-Request-Payer": "requester", "A": "1", "X-B": "2"})
	}
}

// Without any, there is none.
func TestNoExtraHeaders(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	use(t, scoped(t, s.store).set("AWS_SECRET_ACCESS_KEY="+secretFor(accessKey)), wares("none"))
	for _, r := range s.seen {
		checkExtras(t, r, map[string]string{})
	}
}

// A value that makes no sense is said, and keeps the bucket out of it: what
// should be encrypted is not sent as it is. With -strict nothing starts.
func TestSenselessExtras(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"-sse=aes", "-sse 'aes': must be AES256, aws:kms or aws:kms:dsse"},
		{"-tags=a", "-tags 'a': must be KEY=VALUE&KEY=VALUE"},
		{"-header=Authorization: CANARY", "-header 'Authorization': gocache-s3 sets it itself"},
		{"-header=x-amz-server-side-encryption-customer-key: CANARY", "(SSE-C) are not supported"},
		{"-storage-class=GLACIER", "-storage-class 'GLACIER': nothing can be read at once"},
	} {
		s := newBadServer(t, nil)
		h := start(t, at(t, s.store).with(c[0]))
		h.put(victim, sample)
		h.end()
		said := h.said(1, 1)
		if !strings.Contains(said[0], c[1]) || strings.Contains(said[0], "CANARY") || len(s.seen) != 0 {
			t.Errorf("%s: %q, %d requests", c[0], said, len(s.seen))
		}
		h = launch(t, at(t, s.store).with(c[0], "-strict"), nil)
		if code := h.exit(patience); code != 1 {
			t.Errorf("%s: exit status %d", c[0], code)
		}
	}
}

// A store that cannot do what an option asks for says which header it means,
// and the line names the option.
func TestRefusedExtras(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"501 Not Implemented", "NotImplemented", "<Header>x-amz-tagging</Header>"},
		{"400 Bad Request", "InvalidArgument", "<ArgumentName>x-amz-tagging</ArgumentName>"},
	} {
		s := newBadServer(t, func(x *exchange) {
			if x.header.Get("X-Amz-Tagging") != "" {
				x.fail(c[0], c[1], c[2])
				return
			}
			x.good()
		})
		h := start(t, at(t, s.store).with("-tags=a=b"))
		h.put(victim, sample)
		h.hit(victim, sample)
		h.end()
		if said := strings.Join(h.said(1, 2), "\n"); !strings.Contains(said, "what -tags asks for: leave it out") {
			t.Errorf("%q", said)
		}
	}
}

// Real servers take what they know: MinIO a storage class and tags, versitygw
// tags.
func TestExtrasOnRealServers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  serverKind
		args  []string
		class string
	}{
		{minio, []string{"-storage-class=REDUCED_REDUNDANCY", "-tags=team=build&cost=a%20b", "-header=X-Any: 1", "-header=x-amz-any: 1",
			"-expected-bucket-owner=111122223333", "-request-payer", "-acl=private"}, "REDUCED_REDUNDANCY"},
		{versitygw, []string{"-tags=team=build&cost=a%20b", "-header=X-Any: 1", "-header=x-amz-any: 1", "-request-payer"}, ""},
	} {
		t.Run(c.kind.name, func(t *testing.T) {
			t.Parallel()
			b := serve(t, c.kind, false).newBucket(t)
			use(t, scoped(t, b.store).with(c.args...), wares("real"))
			reuse(t, scoped(t, b.store).with(c.args...), wares("real"))
			for _, key := range b.keys() {
				b.checkExtras(key, c.class)
			}
		})
	}
}

// checkExtras wants the tags, and if a class is named, that class.
func (b *bucket) checkExtras(key, class string) {
	b.t.Helper()
	tags, err := b.client.GetObjectTagging(context.Background(), &s3.GetObjectTaggingInput{Bucket: &b.bucket, Key: &key})
	b.must(tags, err)
	got := map[string]string{}
	for _, tag := range tags.TagSet {
		got[*tag.Key] = *tag.Value
	}
	if !maps.Equal(got, map[string]string{"team": "build", "cost": "a b"}) {
		b.t.Errorf("%s has the tags %q", key, got)
	}
	head, err := b.client.HeadObject(context.Background(), &s3.HeadObjectInput{Bucket: &b.bucket, Key: &key})
	b.must(head, err)
	if class != "" && string(head.StorageClass) != class {
		b.t.Errorf("%s is in %q", key, head.StorageClass)
	}
}
