package e2e

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// quirkyStore is a store that cannot be run here, as its own documentation, or
// those who met it, say that it answers: under its real name, over TLS, with
// the settings of its row in the README.
type quirkyStore struct {
	name     string // as in the README and docs/stores.md
	quirk    string
	endpoint string
	env      []string
	region   string // that requests must be signed for; "" for any
	rules    func() []rule
	told     string // in the one line that it costs; "" for none
	idle     time.Duration
	recovery time.Duration // how long the first machine stays, to try again
}

// rule looks at a request; true if it has answered it, false to go on.
type rule func(x *exchange) bool

func rules(all ...rule) func() []rule { return func() []rule { return all } }

// quirkyBucket is the bucket of all of them.
const quirkyBucket = "build-cache"

// --- what must not happen: the test fails -----------------------------------

// never refuses what a store of this kind would have refused.
func never(what string, code string, is func(x *exchange) bool) rule {
	return func(x *exchange) bool {
		if !is(x) {
			return false
		}
		x.s.t.Errorf("%s: %s %s", what, x.method, x.target)
		x.fail("501 Not Implemented", code, "")
		return true
	}
}

func sends(prefix string, allowed ...string) func(x *exchange) bool {
	return func(x *exchange) bool {
		for name := range x.header {
			name = strings.ToLower(name)
			if strings.HasPrefix(name, prefix) && !slices.Contains(allowed, name) {
				return true
			}
		}
		return false
	}
}

// signed checks signature, body and that every x-amz-* header is signed, as
// Garage, SeaweedFS and Backblaze insist.
func signed(x *exchange) bool { return checkSignature(x, x.request()) }

// signedBehindFront is the same behind Google's front end, which adds to
// Accept-Encoding before the signature is checked.
func signedBehindFront(x *exchange) bool {
	q := x.request()
	q.Header.Set("Accept-Encoding", strings.TrimPrefix(q.Header.Get("Accept-Encoding")+",gzip(gfe)", ","))
	return checkSignature(x, q)
}

func checkSignature(x *exchange, q *http.Request) bool {
	wrong := readSignature(q).wrongWith(q, x.readBody())
	if wrong == "" {
		return false
	}
	x.s.t.Errorf("%s %s: %s", x.method, x.target, wrong)
	x.fail("403 Forbidden", "SignatureDoesNotMatch", "")
	return true
}

var (
	conditional = never("a conditional request", "NotImplemented", sends("if-"))
	streaming   = never("a body in signed chunks", "NotImplemented", func(x *exchange) bool {
		return strings.HasPrefix(x.header.Get("X-Amz-Content-Sha256"), "STREAMING-") ||
			x.header.Get("Content-Encoding") != "" || x.header.Get("Transfer-Encoding") != ""
	})
	identified = never("x-id in the query", "InvalidArgument", func(x *exchange) bool { return strings.Contains(x.target, "x-id=") })
	checksums  = never("a checksum", "InvalidArgument", sends("x-amz-checksum-"))
	googles    = never("x-goog-*", "InvalidArgument", sends("x-goog-"))
	// what R2 says that it has, of what can go with these requests
	unknown = never("a header that is not known", "NotImplemented",
		sends("x-amz-", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token",
			"x-amz-meta-outputid", "x-amz-meta-actionid", "x-amz-meta-time"))
)

// apart refuses a key that is a folder of another one's.
func apart(x *exchange) bool {
	if x.method != "PUT" {
		return false
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	for _, r := range x.s.seen {
		if r.method == "PUT" && (strings.HasPrefix(r.target, x.target+"/") || strings.HasPrefix(x.target, r.target+"/")) {
			x.s.t.Errorf("%s and %s", r.target, x.target)
		}
	}
	return false
}

// --- what may happen --------------------------------------------------------

// inHostOnly takes the bucket in the host alone.
func inHostOnly(code string) rule {
	return func(x *exchange) bool {
		if strings.HasPrefix(x.header.Get("Host"), quirkyBucket+".") {
			return false
		}
		x.fail("403 Forbidden", code, "")
		return true
	}
}

// inRegion tells who signs for another one.
func inRegion(right string) rule {
	return func(x *exchange) bool {
		if signedRegion(x) == right {
			return false
		}
		x.fail("400 Bad Request", "AuthorizationHeaderMalformed", "<Region>"+right+"</Region>")
		return true
	}
}

// atHost sends those who come to another host away.
func atHost(right, status, code, header string) rule {
	return func(x *exchange) bool {
		if x.header.Get("Host") == right {
			return false
		}
		x.answer(status, header, errorXML(code, ""))
		return true
	}
}

// decoded stores metadata as RFC 2047 reads it.
func decoded(x *exchange) bool {
	for name, values := range x.header {
		if strings.HasPrefix(name, "X-Amz-Meta-") {
			values[0], _ = new(mime.WordDecoder).DecodeHeader(values[0])
		}
	}
	return false
}

// capitals gives the names of metadata as Go programs write them.
func capitals(x *exchange) bool {
	if _, there := x.s.load(x.entry); x.method != "GET" || !there || !x.isEntry() {
		return false
	}
	x.s.note(x.entry, true)
	sized(func(head string, _ object) string {
		return strings.NewReplacer("x-amz-meta-outputid", "X-Amz-Meta-Outputid",
			"x-amz-meta-actionid", "X-Amz-Meta-Actionid", "x-amz-meta-time", "X-Amz-Meta-Time").Replace(head)
	})(x)
	return true
}

// listless keeps from those who may not list whether a key is there.
func listless(x *exchange) bool {
	_, there := x.s.load(x.entry)
	if x.method != "GET" || there {
		return false
	}
	x.fail("403 Forbidden", "AccessDenied", "")
	return true
}

// sometimes answers every nth request for an entry like this; the next attempt
// goes on.
func sometimes(nth int, do script) rule {
	var lock sync.Mutex
	count := 0
	return func(x *exchange) bool {
		lock.Lock()
		count++
		strikes := x.isEntry() && x.attempt == 0 && count%nth == 0
		lock.Unlock()
		if strikes {
			do(x)
		}
		return strikes
	}
}

// rationed lets so many requests through in a second.
func rationed(perSecond int, do script) rule {
	var lock sync.Mutex
	var second int64
	count := 0
	return func(x *exchange) bool {
		lock.Lock()
		if now := time.Now().Unix(); now != second {
			second, count = now, 0
		}
		count++
		over := count > perSecond
		lock.Unlock()
		if over {
			do(x)
		}
		return over
	}
}

// starting is not there yet for the first requests.
func starting(requests int) rule {
	var lock sync.Mutex
	return func(x *exchange) bool {
		lock.Lock()
		requests--
		early := requests >= 0
		lock.Unlock()
		if early {
			x.answer("503 Service Unavailable", "Retry-After: 60\r\n", errorXML("XMinioServerNotInitialized", ""))
		}
		return early
	}
}

// unframed says 404 in chunks, without a reason.
func unframed(x *exchange) bool {
	_, there := x.s.load(x.entry)
	if x.method != "GET" || there || x.isList() {
		return false
	}
	x.write("HTTP/1.1 404 \r\nTransfer-Encoding: chunked\r\n\r\n" +
		chunks([]byte(errorXML("NoSuchKey", "")), 100, "%x") + "0\r\n\r\n")
	return true
}

// closing ends every connection at its nth request.
func closing(nth int) rule {
	var lock sync.Mutex
	counts := map[any]int{}
	return func(x *exchange) bool {
		lock.Lock()
		counts[x.conn]++
		last := counts[x.conn] == nth
		lock.Unlock()
		if last {
			x.good()
			x.close()
		}
		return last
	}
}

// twice promises to go on before every answer to a body.
func twice(x *exchange) bool {
	if x.method == "PUT" {
		x.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
	}
	return false
}

// --- the table --------------------------------------------------------------

func zoneOf(name string) []string { return []string{"AWS_REGION=" + name} }

var quirkyStores = []quirkyStore{
	{name: "AWS S3", quirk: "no right to list: 403 for what is not there", env: zoneOf("eu-central-1"),
		region: "eu-central-1", rules: rules(signed, listless), told: "s3:ListBucket"},
	{name: "AWS S3", quirk: "301 to another region", env: zoneOf("us-east-1"),
		rules: rules(atHost(quirkyBucket+".s3.eu-central-1.amazonaws.com", "301 Moved Permanently", "PermanentRedirect",
			"x-amz-bucket-region: eu-central-1\r\n"), signed), told: "eu-central-1"},
	{name: "AWS S3", quirk: "307 while a bucket is new", env: zoneOf("us-east-1"),
		rules: rules(atHost(quirkyBucket+".s3.eu-central-1.amazonaws.com", "307 Temporary Redirect", "TemporaryRedirect",
			"x-amz-bucket-region: eu-central-1\r\nLocation: https://"+quirkyBucket+".s3-eu-central-1.amazonaws.com/\r\n"), signed), told: "eu-central-1"},

	{name: "Cloudflare R2", quirk: "501 for unknown headers, metadata read as RFC 2047", endpoint: "https://0123456789abcdef.r2.cloudflarestorage.com",
		env: zoneOf("auto"), region: "auto", rules: rules(signed, unknown, conditional, streaming, decoded)},
	{name: "Cloudflare R2", quirk: "its network's own 520", endpoint: "https://0123456789abcdef.eu.r2.cloudflarestorage.com",
		region: "auto", rules: func() []rule {
			return []rule{signed, sometimes(5, func(x *exchange) { x.answer("520 Web Server Returned an Unknown Error", "", htmlPage) })}
		}},
	{name: "Google Cloud Storage", quirk: "the front end changes Accept-Encoding", endpoint: "https://storage.googleapis.com",
		env: zoneOf("auto"), region: "auto", rules: rules(signedBehindFront, identified, streaming, checksums, googles, conditional)},
	{name: "Garage", quirk: "every x-amz-* signed, names its region", endpoint: "https://s3.garage.example.test",
		env: zoneOf("garage"), region: "garage", rules: rules(inRegion("garage"), signed)},
	{name: "Garage", quirk: "names its region to who has none", endpoint: "https://s3.garage.example.test",
		region: "garage", rules: rules(inRegion("garage"), signed), told: "garage"},
	{name: "SeaweedFS", quirk: "no key below a key, names in capitals", endpoint: "https://s3.seaweed.example.test",
		rules: rules(signed, apart, capitals)},
	{name: "Backblaze B2", quirk: "503s, no conditions", endpoint: "https://s3.us-west-004.backblazeb2.com",
		region: "us-west-004", rules: func() []rule {
			return []rule{signed, conditional, sometimes(4, document("503 Service Unavailable", "ServiceUnavailable"))}
		}},
	{name: "Wasabi", quirk: "410 ConnectionClosed", endpoint: "https://s3.eu-central-1.wasabisys.com",
		region: "eu-central-1", rules: func() []rule {
			return []rule{signed, sometimes(6, func(x *exchange) { document("410 Gone", "ConnectionClosed")(x); x.close() })}
		}},
	{name: "Alibaba OSS", quirk: "the bucket in the host alone, no chunks", endpoint: "https://s3.oss-cn-hangzhou.aliyuncs.com",
		region: "cn-hangzhou", rules: rules(inHostOnly("SecondLevelDomainForbidden"), signed, streaming)},
	{name: "Alibaba OSS", quirk: "the same behind a name of one's own", endpoint: "https://oss.example.test",
		env: zoneOf("cn-hangzhou"), rules: rules(inHostOnly("SecondLevelDomainForbidden"), signed), told: "addressing_style"},
	{name: "Tencent COS", quirk: "the bucket in the host alone", endpoint: "https://cos.ap-guangzhou.myqcloud.com",
		region: "ap-guangzhou", rules: rules(inHostOnly("PathStyleDomainForbidden"), signed)},
	{name: "DigitalOcean Spaces", quirk: "few requests in a second", endpoint: "https://fra1.digitaloceanspaces.com",
		region: "us-east-1", rules: func() []rule { return []rule{signed, rationed(150, document("503 Slow Down", "SlowDown"))} }},
	{name: "Tigris", quirk: "region auto", endpoint: "https://t3.storage.dev", region: "auto", rules: rules(signed, streaming)},

	{name: "MinIO", quirk: "503 for a minute while it starts", endpoint: "https://minio.example.test:9000",
		rules: func() []rule { return []rule{starting(1), signed} }, recovery: 4 * time.Second},
	{name: "moto", quirk: "100 Continue twice", endpoint: "https://moto.example.test", rules: rules(signed, twice)},
	{name: "Adobe S3Mock", quirk: "404 in chunks without a reason, 100 requests on a connection", endpoint: "https://s3mock.example.test",
		rules: func() []rule { return []rule{signed, unframed, closing(100)} }},
	{name: "s3rver", quirk: "5 s until it closes", endpoint: "https://s3rver.example.test", rules: rules(signed), idle: 5 * time.Second},
}

// script is what the store does with a request.
func (q quirkyStore) script() script {
	all := q.rules()
	return func(x *exchange) {
		if q.region != "" && q.told == "" && signedRegion(x) != q.region {
			x.s.t.Errorf("signed for %q, want %q", signedRegion(x), q.region)
		}
		for _, r := range all {
			if r(x) {
				return
			}
		}
		x.good()
		if q.idle > 0 {
			x.conn.SetReadDeadline(time.Now().Add(q.idle))
		}
	}
}

func (q quirkyStore) String() string { return fmt.Sprintf("%s: %s", q.name, q.quirk) }
