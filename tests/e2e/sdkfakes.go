package e2e

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The services that grant keys. A token that they grant tells for what it was
// granted, so an object that is asked for with the same token was asked for
// after the same questions. Whether they are like the real ones is for the two
// SDKs to say: they accept what they are given.

// grantedKey is the access key that comes with a token.
func grantedKey(token string) string {
	hash := sha256.Sum256([]byte(token))
	return "ASIA" + strings.ToUpper(hex.EncodeToString(hash[:8]))
}

// A token has no blanks; what it tells has.
func written(token string) string { return strings.ReplaceAll(token, " ", "~") }
func spoken(token string) string  { return strings.ReplaceAll(token, "~", " ") }

func inAnHour() string { return time.Now().Add(time.Hour).UTC().Format(time.RFC3339) }

// tokenService is STS.
func (r *recorder) tokenService(w http.ResponseWriter, q *http.Request, body []byte) {
	form, err := url.ParseQuery(string(body))
	action := form.Get("Action")
	sign := readSignature(q)
	switch {
	case err != nil || form.Get("Version") != "2011-06-15":
		refuse(w, http.StatusBadRequest, "InvalidAction")
	case strings.Contains(form.Get("RoleArn"), "denied"):
		refuse(w, http.StatusForbidden, "AccessDenied")
	case strings.Contains(form.Get("RoleArn"), "passing") && r.isFirst(string(judgeOf(q))+form.Get("RoleArn")):
		refuse(w, http.StatusBadRequest, "IDPCommunicationError")
	case action == "AssumeRole" && sign.wrongWith(q, body) != "":
		refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
	case action == "AssumeRole":
		by := sign.key
		if token := q.Header.Get("X-Amz-Security-Token"); token != "" {
			by = "(" + spoken(token) + ")"
		}
		grantRole(w, form, fmt.Sprintf("by %s at %s %s", by, r.local(q.Host), sign.scope))
	case action == "AssumeRoleWithWebIdentity" && sign.key == "" && form.Get("WebIdentityToken") != "":
		grantRole(w, form, fmt.Sprintf("by %s at %s", strings.TrimSpace(form.Get("WebIdentityToken")), r.local(q.Host)))
	default:
		refuse(w, http.StatusBadRequest, "InvalidAction")
	}
}

func (r *recorder) isFirst(what string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked[what]++
	return r.asked[what] == 1
}

func refuse(w http.ResponseWriter, status int, code string) {
	sayXML(w, status, "<ErrorResponse><Error><Type>Sender</Type><Code>"+code+
		"</Code><Message>refused</Message></Error><RequestId>1</RequestId></ErrorResponse>")
}

// madeUp is the name of a session that a client makes up.
var madeUp = regexp.MustCompile(`^(aws-go-sdk-|botocore-session-|gocache-s3-)?\d+$`)

func grantRole(w http.ResponseWriter, form url.Values, by string) {
	token := form.Get("RoleArn")
	if name := form.Get("RoleSessionName"); !madeUp.MatchString(name) {
		token += " named " + name
	}
	if id := form.Get("ExternalId"); id != "" {
		token += " known as " + id
	}
	if s := form.Get("DurationSeconds"); s != "" && s != "900" && s != "3600" {
		token += " for " + s
	}
	token += " " + by
	action := form.Get("Action")
	sayXML(w, http.StatusOK, "<"+action+`Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><`+action+"Result>"+
		grantXML(token)+"</"+action+"Result></"+action+"Response>")
}

func grantXML(token string) string {
	key := grantedKey(token)
	return "<Credentials><AccessKeyId>" + key + "</AccessKeyId><SecretAccessKey>" + secretFor(key) +
		"</SecretAccessKey><SessionToken>" + written(token) + "</SessionToken><Expiration>" + inAnHour() + "</Expiration></Credentials>"
}

// grantSession is CreateSession of S3 Express.
func (r *recorder) grantSession(w http.ResponseWriter, q *http.Request, body []byte) {
	sign := readSignature(q)
	if wrong := sign.wrongWith(q, body); wrong != "" {
		refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
		return
	}
	path, _, _ := strings.Cut(targetOf(q), "?")
	token := fmt.Sprintf("of %s at %s%s %s", sign.key, r.local(q.Host), path, sign.scope)
	sayXML(w, http.StatusOK, `<CreateSessionResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`+grantXML(token)+"</CreateSessionResult>")
}

func sayJSON(w http.ResponseWriter, status int, members any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(members)
}

// grantSSO is the portal of IAM Identity Center.
func (r *recorder) grantSSO(w http.ResponseWriter, q *http.Request) {
	bearer := q.Header.Get("X-Amz-Sso_bearer_token")
	if strings.Contains(bearer, "revoked") || bearer == "" {
		w.Header().Set("X-Amzn-Errortype", "UnauthorizedException")
		sayJSON(w, http.StatusUnauthorized, map[string]string{"message": "Session token not found or invalid"})
		return
	}
	asked := q.URL.Query()
	token := fmt.Sprintf("sso %s %s by %s at %s", asked.Get("account_id"), asked.Get("role_name"), bearer, r.local(q.Host))
	key := grantedKey(token)
	sayJSON(w, http.StatusOK, map[string]any{"roleCredentials": map[string]any{
		"accessKeyId": key, "secretAccessKey": secretFor(key), "sessionToken": written(token),
		"expiration": time.Now().Add(time.Hour).UnixMilli()}})
}

// renewSSO is the OIDC service that refreshes a token.
func renewSSO(w http.ResponseWriter, body []byte) {
	var asked struct{ ClientID, ClientSecret, GrantType, RefreshToken string }
	if json.Unmarshal(body, &asked) != nil || asked.GrantType != "refresh_token" || asked.ClientSecret != "client-secret" {
		sayJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
		return
	}
	sayJSON(w, http.StatusOK, map[string]any{"accessToken": "renewed-with-" + asked.RefreshToken + "-of-" + asked.ClientID,
		"expiresIn": 3600, "refreshToken": "next", "tokenType": "Bearer"})
}

// fakes are the services at an address of their own, by its name in a case.
var fakes = map[string]func(r *recorder) http.HandlerFunc{
	"@OTHER":     func(r *recorder) http.HandlerFunc { return r.proxy("other", "") },
	"@GUARDED":   func(r *recorder) http.HandlerFunc { return r.proxy("guarded", "user:p@ss word") },
	"@CONTAINER": func(*recorder) http.HandlerFunc { return container },
	"@IMDS2":     func(*recorder) http.HandlerFunc { return metadata{}.serve },
	"@IMDS1":     func(*recorder) http.HandlerFunc { return metadata{versionOne: true}.serve },
	"@NOROLE":    func(*recorder) http.HandlerFunc { return metadata{without: true}.serve },
	"@NOCODE":    func(*recorder) http.HandlerFunc { return metadata{uncoded: true}.serve },
	"@TWOROLES":  func(*recorder) http.HandlerFunc { return metadata{roles: "machine-role\nanother\n"}.serve },
	"@NOTOKEN":   func(*recorder) http.HandlerFunc { return metadata{tokenStatus: http.StatusForbidden}.serve },
	"@BADTOKEN":  func(*recorder) http.HandlerFunc { return metadata{tokenStatus: http.StatusBadRequest}.serve },
	"@REFUSING":  func(*recorder) http.HandlerFunc { return metadata{code: "AssumeRoleUnauthorizedAccess"}.serve },
}

// container is the endpoint that ECS and EKS give a container. Its path says
// what is odd about it.
func container(w http.ResponseWriter, q *http.Request) {
	token := "container " + targetOf(q)
	if given := q.Header.Get("Authorization"); given != "" {
		token += " by " + given
	}
	key := grantedKey(token)
	granted := map[string]string{"AccessKeyId": key, "SecretAccessKey": secretFor(key), "Token": written(token), "Expiration": inAnHour()}
	switch q.URL.Path {
	case "/denied":
		sayJSON(w, http.StatusForbidden, map[string]string{"code": "AccessDenied", "message": "no"})
		return
	case "/garbage":
		io.WriteString(w, "<html>")
		return
	case "/half":
		delete(granted, "SecretAccessKey")
	case "/forever":
		delete(granted, "Expiration")
	case "/fraction":
		granted["Expiration"] = strings.Replace(inAnHour(), "Z", ".123456+00:00", 1)
	case "/lower":
		granted = map[string]string{"accessKeyId": key, "secretAccessKey": secretFor(key), "token": written(token), "expiration": inAnHour()}
	}
	sayJSON(w, http.StatusOK, granted)
}

// metadata is EC2's service of that name.
type metadata struct {
	versionOne  bool
	tokenStatus int    // of the answer to who wants a token, 0 for a token
	without     bool   // a role
	roles       string // the list of them, "" for one
	uncoded     bool   // a document that does not say Success
	code        string // of the document, "" for Success
}

const (
	metadataToken = "/latest/api/token"
	metadataRoles = "/latest/meta-data/iam/security-credentials/"
	metadataRole  = "machine-role"
)

func (m metadata) serve(w http.ResponseWriter, q *http.Request) {
	const session = "metadata-session"
	given := q.Header.Get("X-Aws-Ec2-Metadata-Token")
	switch {
	case q.Method == http.MethodPut && m.tokenStatus != 0:
		http.Error(w, "no token for you", m.tokenStatus)
	case q.Method == http.MethodPut && q.URL.Path == metadataToken && !m.versionOne:
		w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", q.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"))
		io.WriteString(w, session)
	case q.Method != http.MethodGet:
		http.NotFound(w, q)
	case !m.versionOne && m.tokenStatus == 0 && given != session:
		http.Error(w, "no token", http.StatusUnauthorized)
	case m.without:
		http.NotFound(w, q)
	case q.URL.Path == metadataRoles:
		io.WriteString(w, cmp.Or(m.roles, metadataRole))
	case q.URL.Path == metadataRoles+metadataRole:
		m.grant(w, given)
	default:
		http.NotFound(w, q)
	}
}

func (m metadata) grant(w http.ResponseWriter, session string) {
	if m.code != "" {
		sayJSON(w, http.StatusOK, map[string]string{"Code": m.code, "Message": "EC2 cannot assume the role", "LastUpdated": inAnHour()})
		return
	}
	token := strings.TrimSpace("instance " + metadataRole + " " + session)
	key := grantedKey(token)
	granted := map[string]string{"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": time.Now().UTC().Format(time.RFC3339),
		"AccessKeyId": key, "SecretAccessKey": secretFor(key), "Token": written(token), "Expiration": inAnHour()}
	if m.uncoded {
		delete(granted, "Code")
	}
	sayJSON(w, http.StatusOK, granted)
}
