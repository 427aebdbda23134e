package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// directory is a directory bucket of S3 Express One Zone, in memory, which
// aws-sdk-go-v2 takes for one: it grants sessions and wants every other request
// in one of them.
type directory struct {
	*badServer
	life    time.Duration // of a session
	session script        // answers the next requests for one; nil: rightly

	mu       sync.Mutex
	granted  map[string]time.Time // ends, by token
	modes    []string             // asked for, one for each session
	bases    []string             // keys and tokens that asked
	used     map[string]int       // requests, by token
	mistakes []string             // of the client
}

// newDirectory serves one whose sessions live so long.
func newDirectory(t testing.TB, life time.Duration) *directory {
	t.Helper()
	d := &directory{life: life, granted: map[string]time.Time{}, used: map[string]int{}}
	d.badServer = newBadServer(t, d.answer)
	d.bucket = "cache--use1-az4--x-s3"
	return d
}

// machine is one with nothing local that uses the directory.
func (d *directory) machine(t testing.TB) config {
	t.Helper()
	return scoped(t, d.store).set("AWS_SECRET_ACCESS_KEY=" + secretFor(accessKey))
}

func (d *directory) answer(x *exchange) {
	q := &http.Request{Method: x.method, RequestURI: x.target, Host: x.header.Get("Host"), Header: http.Header(x.header)}
	sign := readSignature(q)
	wrong := sign.wrongWith(q, x.readBody())
	if strings.HasPrefix(sign.algorithm, signatureV4) && !strings.HasSuffix(sign.scope, "/s3express") {
		wrong = "scope " + sign.scope
	}
	switch {
	case wrong != "":
		d.blame("%s %s: %s", x.method, x.target, wrong)
		x.fail("403 Forbidden", "SignatureDoesNotMatch", "")
	case x.method == "GET" && strings.HasPrefix(x.target, "/"+d.bucket) && strings.Contains(x.target, "?session"):
		d.grant(x, sign)
	default:
		d.serveIn(x, sign)
	}
}

func (d *directory) blame(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mistakes = append(d.mistakes, fmt.Sprintf(format, args...))
}

// grant is CreateSession.
func (d *directory) grant(x *exchange, sign signature) {
	d.mu.Lock()
	scripted := d.session
	d.modes = append(d.modes, x.header.Get("X-Amz-Create-Session-Mode"))
	d.bases = append(d.bases, strings.TrimSpace(sign.key+" "+x.header.Get("X-Amz-Security-Token")))
	d.mu.Unlock()
	if scripted != nil {
		scripted(x)
		return
	}
	d.open(x, d.life)
}

// open grants a session of this life.
func (d *directory) open(x *exchange, life time.Duration) {
	d.mu.Lock()
	token := fmt.Sprintf("CANARYSESSION%d/+=", len(d.granted)+1)
	end := time.Now().Add(life).Truncate(time.Second)
	d.granted[token] = end
	d.mu.Unlock()
	key := grantedKey(token)
	x.answer("200 OK", "Content-Type: application/xml\r\nDate: "+time.Now().UTC().Format(http.TimeFormat)+"\r\n",
		`<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
			`<CreateSessionResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Credentials><SessionToken>`+token+
			"</SessionToken><SecretAccessKey>"+secretFor(key)+"</SecretAccessKey><AccessKeyId>"+key+
			"</AccessKeyId><Expiration>"+end.UTC().Format(time.RFC3339)+"</Expiration></Credentials></CreateSessionResult>")
}

// serveIn answers in a session, and refuses what is in none.
func (d *directory) serveIn(x *exchange, sign signature) {
	token := x.header.Get("X-Amz-S3session-Token")
	d.mu.Lock()
	end, known := d.granted[token]
	d.used[token]++
	d.mu.Unlock()
	switch {
	case !known || sign.key != grantedKey(token) || x.header.Get("X-Amz-Security-Token") != "":
		d.blame("%s %s is in no session", x.method, x.target)
		x.fail("403 Forbidden", "AccessDenied", "")
	case x.header.Get("Content-Md5") != "":
		d.blame("%s %s has a Content-MD5", x.method, x.target)
		x.fail("400 Bad Request", "InvalidRequest", "")
	case x.isList() && strings.Contains(x.target, "start-after"):
		d.blame("%s begins somewhere", x.target)
		x.fail("501 Not Implemented", "NotImplemented", "")
	case time.Now().After(end):
		d.blame("%s %s in a session that has ended", x.method, x.target)
		x.fail("400 Bad Request", "ExpiredToken", "")
	case x.method == "DELETE":
		d.forget(x.entry)
		x.answer("204 No Content", "", "")
	case x.isList():
		x.answer("200 OK", "Content-Type: application/xml\r\n", d.walk(x.target))
	default:
		x.good()
	}
}

// walkPage is how many keys are on a page of a list.
const walkPage = 100

// walk is a page of the keys, which are in no order but always the same.
func (d *directory) walk(target string) string {
	_, query, _ := strings.Cut(target, "?")
	asked, _ := url.ParseQuery(query)
	d.badServer.mu.Lock()
	keys := slices.Collect(maps.Keys(d.objects))
	d.badServer.mu.Unlock()
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(outputOf([]byte(a)).hex(), outputOf([]byte(b)).hex()) })
	for i := range keys {
		keys[i] = asked.Get("prefix") + keys[i]
	}
	from, _ := strconv.Atoi(asked.Get("continuation-token"))
	to := min(from+walkPage, len(keys))
	next := ""
	if to < len(keys) {
		next = strconv.Itoa(to)
	}
	return listOf(keys[min(from, to):to], next)
}

// revoke ends every session before its time.
func (d *directory) revoke() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for token := range d.granted {
		d.granted[token] = time.Now()
	}
}

// sessions is how many were granted, and in how many there were requests.
func (d *directory) sessions() (granted, used int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.granted), len(d.used)
}

// check wants no mistake but those that begin like this.
func (d *directory) check(t testing.TB, but ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.mistakes {
		if !slices.ContainsFunc(but, func(part string) bool { return strings.Contains(m, part) }) {
			t.Error(m)
		}
	}
}
