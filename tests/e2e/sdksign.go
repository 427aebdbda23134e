package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// secretFor is the secret of every access key in the cases of the SDKs: who
// sees a request knows it too.
func secretFor(accessKey string) string { return "secret-of-" + accessKey }

const signatureV4 = "AWS4-HMAC-SHA256"

// signature is what an Authorization header says.
type signature struct {
	algorithm, key, date, scope string // scope is region/service
	headers                     []string
	value                       string
}

// readSignature is the zero signature for a request without one.
func readSignature(r *http.Request) signature {
	var s signature
	algorithm, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.algorithm = algorithm
	for _, field := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		switch name {
		case "Credential":
			parts := strings.Split(value, "/")
			if n := len(parts); n >= 4 {
				s.key = strings.Join(parts[:n-4], "/")
				s.date, s.scope = parts[n-4], parts[n-3]+"/"+parts[n-2]
			}
		case "SignedHeaders":
			s.headers = strings.Split(value, ";")
		case "Signature":
			s.value = value
		}
	}
	return s
}

// wrongWith says what is wrong with the signature of a request, "" if nothing
// is. Source: Amazon S3 API reference, sig-v4-header-based-auth.
func (s signature) wrongWith(r *http.Request, body []byte) string {
	when, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	hash := sha256.Sum256(body)
	payload := r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case s.algorithm != signatureV4:
		return "algorithm " + s.algorithm
	case err != nil || time.Since(when).Abs() > time.Minute || when.Format("20060102") != s.date:
		return "date " + r.Header.Get("X-Amz-Date")
	case payload == "":
		payload = hex.EncodeToString(hash[:])
	case payload != "UNSIGNED-PAYLOAD" && payload != hex.EncodeToString(hash[:]):
		return "payload hash " + payload
	}
	for name := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-amz-") && !slices.Contains(s.headers, lower) {
			return "unsigned header " + lower
		}
	}
	canonical := s.canonical(r, payload)
	if want := s.sign(canonical, r.Header.Get("X-Amz-Date")); want != s.value {
		return fmt.Sprintf("signature %s, want %s for %q", s.value, want, canonical)
	}
	return ""
}

func (s signature) canonical(r *http.Request, payload string) string {
	path, query, _ := strings.Cut(targetOf(r), "?")
	parameters := strings.FieldsFunc(query, func(c rune) bool { return c == '&' })
	for i, p := range parameters {
		if !strings.Contains(p, "=") {
			parameters[i] = p + "="
		}
	}
	slices.Sort(parameters)
	text := r.Method + "\n" + path + "\n" + strings.Join(parameters, "&") + "\n"
	for _, name := range s.headers {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		text += name + ":" + strings.Join(strings.Fields(value), " ") + "\n"
	}
	return text + "\n" + strings.Join(s.headers, ";") + "\n" + payload
}

func (s signature) sign(canonical, date string) string {
	hash := sha256.Sum256([]byte(canonical))
	scope := s.date + "/" + s.scope + "/aws4_request"
	key := []byte("AWS4" + secretFor(s.key))
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	text := strings.Join([]string{signatureV4, date, scope, hex.EncodeToString(hash[:])}, "\n")
	return hex.EncodeToString(mac(key, text))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// targetOf is the path and query as they were sent, also to a proxy.
func targetOf(r *http.Request) string {
	target := r.RequestURI
	if _, rest, absolute := strings.Cut(target, "://"); absolute && !strings.HasPrefix(target, "/") {
		_, path, _ := strings.Cut(rest, "/")
		target = "/" + path
	}
	return target
}
