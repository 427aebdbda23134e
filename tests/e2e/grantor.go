package e2e

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// grantor is every service that grants keys, on one address. Each time it is
// asked it grants other keys, which live for a while.
type grantor struct {
	t     testing.TB
	url   string
	life  time.Duration
	delay time.Duration       // before each answer
	fault func(x *asked) bool // true: it has answered

	mu      sync.Mutex
	conns   int
	seen    []string // method and path of each request
	granted []grantedPair
	refused map[string]bool // keys that the store shall not take any longer
}

// asked is one request and its answer.
type asked struct {
	w http.ResponseWriter
	q *http.Request
	g *grantor
}

// grantedPair is a key and its end.
type grantedPair struct {
	key string
	end time.Time
}

func newGrantor(t testing.TB) *grantor {
	t.Helper()
	g := &grantor{t: t, life: time.Hour, refused: map[string]bool{}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		g.answer(&asked{w, q, g})
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		g.mu.Lock()
		defer g.mu.Unlock()
		if s == http.StateNew {
			g.conns++
		}
	}
	server.Start()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	g.url = server.URL
	return g
}

// grant makes a new key.
func (g *grantor) grant() grantedPair {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := grantedPair{fmt.Sprintf("ASIACANARY%06d", len(g.granted)), time.Now().Add(g.life)}
	g.granted = append(g.granted, k)
	return k
}

// takes says whether a store should take what is signed with a key.
func (g *grantor) takes(authorization string) bool {
	_, key, _ := strings.Cut(authorization, "Credential=")
	key, _, _ = strings.Cut(key, "/")
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range g.granted {
		if k.key == key {
			return time.Now().Before(k.end) && !g.refused[key]
		}
	}
	return false
}

// refuseAll ends all keys that there are.
func (g *grantor) refuseAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range g.granted {
		g.refused[k.key] = true
	}
}

func (g *grantor) grants() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.granted)
}

// store is a bucket that takes nothing but its keys.
func (g *grantor) store(t testing.TB) *badServer {
	return newBadServer(t, func(x *exchange) {
		if !g.takes(x.header.Get("Authorization")) {
			x.fail("400 Bad Request", "ExpiredToken", "")
			return
		}
		x.good()
	})
}

func (g *grantor) answer(x *asked) {
	g.mu.Lock()
	g.seen = append(g.seen, x.q.Method+" "+x.q.URL.Path)
	g.mu.Unlock()
	time.Sleep(g.delay)
	if g.fault == nil || !g.fault(x) {
		x.good()
	}
}

// good is the right answer of whichever service is meant.
func (x *asked) good() {
	switch path := x.q.URL.Path; {
	case path == "/latest/api/token":
		fmt.Fprint(x.w, "CANARYMETADATATOKEN")
	case path == "/latest/meta-data/iam/security-credentials/":
		fmt.Fprint(x.w, "builder")
	case path == "/token":
		json.NewEncoder(x.w).Encode(map[string]any{"accessToken": "CANARYNEWTOKEN", "expiresIn": 3600, "refreshToken": "CANARYREFRESH2"})
	case path == "/federation/credentials":
		x.grantPortal(x.g.grant())
	case path == "/":
		x.q.ParseForm()
		x.grantRole(x.g.grant())
	default:
		x.grantPlain(x.g.grant())
	}
}

const grantedSecret = "canaryGrantedSecret"

// grantPlain is the document of containers and instances.
func (x *asked) grantPlain(k grantedPair) {
	json.NewEncoder(x.w).Encode(map[string]string{"Code": "Success", "AccessKeyId": k.key,
		"SecretAccessKey": grantedSecret, "Token": "CANARYTOKEN", "Expiration": k.end.UTC().Format(time.RFC3339)})
}

func (x *asked) grantPortal(k grantedPair) {
	json.NewEncoder(x.w).Encode(map[string]any{"roleCredentials": map[string]any{"accessKeyId": k.key,
		"secretAccessKey": grantedSecret, "sessionToken": "CANARYTOKEN", "expiration": k.end.UnixMilli()}})
}

func (x *asked) grantRole(k grantedPair) {
	action := x.q.PostForm.Get("Action")
	fmt.Fprintf(x.w, "<%[1]sResponse><%[1]sResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>"+
		"<SessionToken>CANARYTOKEN</SessionToken><Expiration>%s</Expiration></Credentials></%[1]sResult></%[1]sResponse>",
		action, k.key, grantedSecret, k.end.UTC().Format(time.RFC3339))
}

// grantSource is one way to get keys from a grantor.
type grantSource struct {
	name      string
	configure func(t testing.TB, c config, url string) config
}

// keyless is c without keys of its own.
func keyless(c config) config {
	return c.set("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
}

// writeHome writes a file below the machine's home.
func (c config) writeHome(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(c.dir, "home", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// signInCache is where the token of a session lies.
func signInCache(session string) string {
	sum := sha1.Sum([]byte(session))
	return ".aws/sso/cache/" + hex.EncodeToString(sum[:]) + ".json"
}

const ssoText = `{"startUrl":"https://x","region":"us-east-1","accessToken":"CANARYOLDTOKEN","expiresAt":"%s-01-01T00:00:00Z",` +
	`"clientId":"id","clientSecret":"canaryClientSecret","refreshToken":"CANARYREFRESH","registrationExpiresAt":"2099-01-01T00:00:00Z"}`

var grantSources = []grantSource{
	{"a container", func(t testing.TB, c config, url string) config {
		return keyless(c).set("AWS_CONTAINER_CREDENTIALS_FULL_URI="+url+"/v2/credentials",
			"AWS_CONTAINER_AUTHORIZATION_TOKEN=CANARYAUTHORIZATION")
	}},
	{"an instance", func(t testing.TB, c config, url string) config {
		return keyless(c).set("AWS_EC2_METADATA_DISABLED=", "AWS_EC2_METADATA_SERVICE_ENDPOINT="+url)
	}},
	{"a web identity", func(t testing.TB, c config, url string) config {
		return keyless(c).set("AWS_WEB_IDENTITY_TOKEN_FILE="+c.writeHome(t, "token/token", "CANARYWEBTOKEN"),
			"AWS_ROLE_ARN=arn:aws:iam::1:role/x", "AWS_ENDPOINT_URL_STS="+url)
	}},
	{"a role", func(t testing.TB, c config, url string) config {
		c.writeHome(t, ".aws/config", "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n"+
			"[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = canaryBaseSecret\n")
		return keyless(c).set("AWS_ENDPOINT_URL_STS=" + url)
	}},
	{"a sign-in", func(t testing.TB, c config, url string) config {
		c.writeHome(t, ".aws/config", "[default]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = x\n"+
			"[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x\n")
		c.writeHome(t, signInCache("corp"), fmt.Sprintf(ssoText, "2020"))
		return keyless(c).set("AWS_ENDPOINT_URL_SSO="+url, "AWS_ENDPOINT_URL_SSO_OIDC="+url)
	}},
}
