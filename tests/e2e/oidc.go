package e2e

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"
)

// issuer is an identity provider as Kubernetes is one: it signs tokens for
// workloads (OpenID Connect), which MinIO's STS takes.
type issuer struct {
	url string
	key *rsa.PrivateKey
}

const issuerKeyID = "e2e"

// theIssuer lives as long as the run, like the server that trusts it.
var theIssuer = sync.OnceValue(func() *issuer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	i := &issuer{key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"issuer": i.url, "jwks_uri": i.url + "/keys",
			"authorization_endpoint": i.url + "/auth", "token_endpoint": i.url + "/token",
			"response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]string{"kty": "RSA", "use": "sig",
			"alg": "RS256", "kid": issuerKeyID, "n": base64url(key.N.Bytes()),
			"e": base64url(big.NewInt(int64(key.E)).Bytes())}}})
	})
	i.url = httptest.NewServer(mux).URL
	return i
})

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// token is one that ends after a while; so do the keys that it is good for.
func (i *issuer) token(t testing.TB, life time.Duration) string {
	t.Helper()
	head, _ := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": issuerKeyID})
	now := time.Now()
	claims, _ := json.Marshal(map[string]any{"iss": i.url, "sub": "pod", "aud": "ci", "policy": "readwrite",
		"iat": now.Unix(), "exp": now.Add(life).Unix()})
	text := base64url(head) + "." + base64url(claims)
	hash := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64url(signature)
}

// keepWriting puts a new token into a file, by renaming, as long as the test
// lasts.
func (i *issuer) keepWriting(t testing.TB, path string, life, every time.Duration) {
	t.Helper()
	write := func() {
		if err := os.WriteFile(path+".new", []byte(i.token(t, life)+"\n"), 0o600); err != nil {
			t.Error(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Error(err)
		}
	}
	write()
	stop, stopped := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(stop); <-stopped })
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(every); ; {
			select {
			case <-tick.C:
				write()
			case <-stop:
				return
			}
		}
	}()
}

// minioWithIdentities takes the issuer's tokens.
var minioWithIdentities = func() serverKind {
	kind := minio
	kind.name = "minio with identities"
	kind.environ = func(s site) []string {
		return append(minio.environ(s), "MINIO_IDENTITY_OPENID_CONFIG_URL="+theIssuer().url+"/.well-known/openid-configuration",
			"MINIO_IDENTITY_OPENID_CLIENT_ID=ci", "MINIO_IDENTITY_OPENID_CLAIM_NAME=policy")
	}
	return kind
}()
