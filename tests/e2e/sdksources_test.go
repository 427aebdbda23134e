package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

const (
	startURL   = "https://d-1234567890.awsapps.com/start"
	ssoProfile = "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = dev\n"
	ssoSession = "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = " + startURL + "\n"
	ssoLegacy  = "sso_start_url = " + startURL + "\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = dev\n"
	atPortal   = " at portal.sso.eu-west-1.amazonaws.com"
)

func inHours(n time.Duration) string {
	return time.Now().Add(n * time.Hour).UTC().Format("2006-01-02T15:04:05Z")
}

// ssoCache is what `aws sso login` leaves behind for a session or a start URL.
func ssoCache(name string, members string) map[string]string {
	hash := sha1.Sum([]byte(name))
	return map[string]string{".aws/sso/cache/" + hex.EncodeToString(hash[:]) + ".json": members}
}

func ssoToken(token string, hours time.Duration) string {
	return fmt.Sprintf(`{"startUrl":%q,"region":"eu-west-1","accessToken":%q,"expiresAt":%q}`, startURL, token, inHours(hours))
}

func ssoRefreshable(hours, registration time.Duration) string {
	return fmt.Sprintf(`{"startUrl":%q,"region":"eu-west-1","accessToken":"old","expiresAt":%q,"refreshToken":"refresh","clientId":"client","clientSecret":"client-secret","registrationExpiresAt":%q}`,
		startURL, inHours(hours), inHours(registration))
}

// IAM Identity Center.
var sdkSSO = sdkTable{
	env:    []string{"AWS_ENDPOINT_URL_S3=@HTTP"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3"},
	cases: []sdkCase{
		{name: "a session", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer" + atPortal)},
		{name: "without a session", config: "[default]\n" + ssoLegacy, files: ssoCache(startURL, ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer" + atPortal)},
		{name: "a profile of a name", env: []string{"AWS_PROFILE=p"}, config: "[profile p]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer" + atPortal)},
		{name: "a token that is renewed", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoRefreshable(-1, 100)),
			want: granted("sso 111122223333 dev by renewed-with-refresh-of-client" + atPortal)},
		{name: "a token that is not renewed yet", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoRefreshable(4, 100)),
			want: granted("sso 111122223333 dev by old" + atPortal)},
		{name: "a portal elsewhere", env: []string{"AWS_ENDPOINT_URL_SSO=@HTTP"}, config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer at @")},
		{name: "a portal elsewhere by the services section", config: "[default]\nservices = local\n" + ssoProfile + ssoSession + "[services local]\nsso =\n  endpoint_url = @HTTP\n", files: ssoCache("corp", ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer at @")},
		{name: "OIDC elsewhere", env: []string{"AWS_ENDPOINT_URL_SSO_OIDC=@HTTP"}, config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoRefreshable(-1, 100)),
			want: granted("sso 111122223333 dev by renewed-with-refresh-of-client" + atPortal)},
		{name: "below a role", config: "[default]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)),
			want: granted(roleA + " by (sso 111122223333 dev by bearer" + atPortal + ") at sts.us-east-1.amazonaws.com us-east-1/sts")},

		{name: "OIDC elsewhere by the services section", config: "[default]\nservices = local\n" + ssoProfile + ssoSession + "[services local]\nsso_oidc =\n  endpoint_url = @HTTP\n", files: ssoCache("corp", ssoRefreshable(-1, 100)),
			want: granted("sso 111122223333 dev by renewed-with-refresh-of-client" + atPortal)},
		{name: "apart from S3", env: []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL=@HTTP"}, config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer" + atPortal), unlikeBoto: "sends SSO to AWS_ENDPOINT_URL"},
		{name: "a token that botocore wrote", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", strings.Replace(ssoToken("bearer", 4), `Z"`, `UTC"`, 1)),
			want: granted("sso 111122223333 dev by bearer" + atPortal), unlikeGo: "knows RFC 3339 alone"},
		{name: "both a session and the older form", config: "[default]\nsso_start_url = " + startURL + "\nsso_region = eu-west-1\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer" + atPortal)},
		{name: "nobody logged in", config: "[default]\n" + ssoProfile + ssoSession, fails: true},
		{name: "a token that has expired", config: "[default]\n" + ssoLegacy, files: ssoCache(startURL, ssoToken("bearer", -1)), fails: true},
		{name: "a token that cannot be renewed", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", -1)), fails: true},
		{name: "a registration that has expired", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoRefreshable(-1, -1)), fails: true, unlikeGo: "asks with it all the same"},
		{name: "a token that was revoked", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("revoked", 4)), fails: true},
		{name: "a cache that is garbage", config: "[default]\n" + ssoProfile + ssoSession, files: ssoCache("corp", "garbage"), fails: true},
		{name: "no such session", config: "[default]\n" + ssoProfile, fails: true},
		{name: "no account", config: "[default]\nsso_session = corp\nsso_role_name = dev\n" + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)), fails: true, unlikeGo: "asks without it"},
		{name: "a region that the session does not have", config: "[default]\nsso_region = us-east-2\n" + ssoProfile + ssoSession, files: ssoCache("corp", ssoToken("bearer", 4)), fails: true},
	},
}

const processKeys = `{"Version":1,"AccessKeyId":"PROCKEY","SecretAccessKey":"secret-of-PROCKEY"`

// loginCache is what `aws login` leaves behind.
func loginCache(session, members string) map[string]string {
	hash := sha256.Sum256([]byte(session))
	return map[string]string{".aws/login/cache/" + hex.EncodeToString(hash[:]) + ".json": members}
}

func loginToken(hours time.Duration) string {
	return fmt.Sprintf(`{"accessToken":{"accessKeyId":"LOGINKEY","secretAccessKey":"secret-of-LOGINKEY","sessionToken":"logintoken","accountId":"111122223333","expiresAt":%q},"tokenType":"aws_sigv4","refreshToken":"r","idToken":"i","clientId":"arn:aws:signin:::devtools/same-device","dpopKey":%q}`, inHours(hours), loginKey())
}

// loginKey is what the SDKs prove with that they are who logged in.
func loginKey() []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		panic(err)
	}
	return encodePEM("EC PRIVATE KEY", der)
}

const loginSession = "arn:aws:iam::111122223333:user/me"

// Processes, containers, machines, `aws login`.
var sdkSources = sdkTable{
	env:    []string{"AWS_ENDPOINT_URL_S3=@HTTP"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3"},
	cases: []sdkCase{
		{name: "process", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": processKeys + "}"}, want: sighting{key: "PROCKEY"}},
		{name: "process with a token and an end", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": processKeys + `,"SessionToken":"proctoken","Expiration":"` + inHours(1) + `"}`},
			want: sighting{key: "PROCKEY", token: "proctoken"}},
		{name: "process with no token", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": processKeys + `,"SessionToken":null,"Expiration":null,"More":{"Deep":[1,{}]}}`}, want: sighting{key: "PROCKEY"}},
		{name: "process with escapes", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": "{\n \"Version\" : 1 ,\n \"AccessKeyId\":\"\\u0050ROCKEY\",\"SecretAccessKey\":\"secret-of-PROCKEY\",\"SessionToken\":\"a\\/b\"}\n"}, want: sighting{key: "PROCKEY", token: "a/b"}},
		{name: "process with an end in another zone", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": processKeys + `,"Expiration":"2099-01-01T00:00:00.5+02:00"}`}, want: sighting{key: "PROCKEY"}},
		{name: "process with quotes", config: "[default]\ncredential_process = sh -c 'cat \"$1\"' sh \"@HOME/my keys.json\"\n", files: map[string]string{"my keys.json": processKeys + "}"}, want: sighting{key: "PROCKEY"}},
		{name: "process for a shell", config: "[default]\ncredential_process = cd @HOME && cat keys.json\n", files: map[string]string{"keys.json": processKeys + "}"}, want: sighting{key: "PROCKEY"}, unlikeBoto: "has no shell"},
		{name: "process of the credentials file", credentials: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": processKeys + "}"}, want: sighting{key: "PROCKEY"}},
		{name: "process that sees the environment", env: []string{"CANARY=keys.json"}, config: "[default]\ncredential_process = sh -c 'cat \"$HOME/$CANARY\"'\n", files: map[string]string{"keys.json": processKeys + "}"}, want: sighting{key: "PROCKEY"}},
		{name: "process that says more on stderr", config: "[default]\ncredential_process = sh -c 'echo warning >&2; cat @HOME/keys.json'\n", files: map[string]string{"keys.json": processKeys + "}"}, want: sighting{key: "PROCKEY"}},
		{name: "process that fails", config: "[default]\ncredential_process = sh -c 'cat @HOME/keys.json; exit 3'\n", files: map[string]string{"keys.json": processKeys + "}"}, fails: true},
		{name: "process that is not there", config: "[default]\ncredential_process = @HOME/absent\n", fails: true},
		{name: "process that says nothing", config: "[default]\ncredential_process = true\n", fails: true},
		{name: "process that says something else", config: "[default]\ncredential_process = echo hello\n", fails: true},
		{name: "process of another version", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": `{"Version":2,"AccessKeyId":"PROCKEY","SecretAccessKey":"secret-of-PROCKEY"}`}, fails: true},
		{name: "process without a version", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": `{"AccessKeyId":"PROCKEY","SecretAccessKey":"secret-of-PROCKEY"}`}, fails: true},
		{name: "process with half a pair", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": `{"Version":1,"AccessKeyId":"PROCKEY"}`}, fails: true},
		{name: "process whose keys have expired", config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": processKeys + `,"Expiration":"` + inHours(-1) + `"}`}, fails: true,
			unlikeGo: "sends keys that have expired"},

		{name: "container", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"}, want: granted("container /creds")},
		{name: "container with a query", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/v2/creds?id=1"}, want: granted("container /v2/creds?id=1")},
		{name: "container with a token", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN=Basic abc="}, want: granted("container /creds by Basic abc=")},
		{name: "container with a token file", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=@HOME/token"}, files: map[string]string{"token": "pod-token"},
			want: granted("container /creds by pod-token")},
		{name: "container with both tokens", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN=other", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=@HOME/token"}, files: map[string]string{"token": "pod-token"},
			want: granted("container /creds by pod-token")},
		{name: "container without an end", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/forever"}, want: granted("container /forever"), unlikeBoto: "wants an end"},
		{name: "container with a fraction of a second", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/fraction"}, want: granted("container /fraction")},
		{name: "container in lower case", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/lower"}, want: granted("container /lower"), unlikeBoto: "wants the names as they are"},
		{name: "container of no URI", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=nonsense"}, fails: true},
		{name: "container of another host", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://10.0.0.1/creds"}, fails: true},
		{name: "container with a line break in its token", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=@HOME/token"}, files: map[string]string{"token": "pod-token\n"}, fails: true},
		{name: "container without its token file", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=@HOME/absent"}, fails: true},
		{name: "container that refuses", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/denied"}, fails: true},
		{name: "container that says garbage", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/garbage"}, fails: true},
		{name: "container with half a pair", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/half"}, fails: true, unlikeGo: "signs without a secret"},

		{name: "instance", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS2"}, want: granted("instance machine-role metadata-session")},
		{name: "instance by the profile", env: []string{"AWS_EC2_METADATA_DISABLED"}, config: "[default]\nec2_metadata_service_endpoint = @IMDS2\n", want: granted("instance machine-role metadata-session")},
		{name: "instance with a slash", env: []string{"AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS2/"}, want: granted("instance machine-role metadata-session")},
		{name: "instance of version 1", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS1"}, want: granted("instance machine-role")},
		{name: "instance without version 1", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS1", "AWS_EC2_METADATA_V1_DISABLED=true"}, fails: true},
		{name: "instance that forbids tokens", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@NOTOKEN"}, want: granted("instance machine-role")},
		{name: "instance that refuses tokens", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@BADTOKEN"}, fails: true},
		{name: "instance of two roles", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@TWOROLES"}, want: granted("instance machine-role metadata-session"), unlikeBoto: "takes all lines for a name"},
		{name: "instance without a code", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@NOCODE"}, fails: true, unlikeBoto: "takes keys without a code"},
		{name: "instance at nonsense", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=nonsense"}, fails: true},
		{name: "instance without a role", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@NOROLE"}, fails: true},
		{name: "instance that refuses", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@REFUSING"}, fails: true},
		{name: "instance that is not to be asked", env: []string{"AWS_EC2_METADATA_DISABLED=TRUE", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS2"}, fails: true},

		{name: "login", config: "[default]\nlogin_session = " + loginSession + "\n", files: loginCache(loginSession, loginToken(1)), want: sighting{key: "LOGINKEY", token: "logintoken"}},
		{name: "login with a cache elsewhere", env: []string{"AWS_LOGIN_CACHE_DIRECTORY=@HOME/.aws/login/cache"}, config: "[default]\nlogin_session = " + loginSession + "\n", files: loginCache(loginSession, loginToken(1)), want: sighting{key: "LOGINKEY", token: "logintoken"}},
		{name: "login that nobody did", config: "[default]\nlogin_session = " + loginSession + "\n", fails: true},
		{name: "login that has expired", config: "[default]\nlogin_session = " + loginSession + "\n", files: loginCache(loginSession, loginToken(-1)), fails: true},
	},
}

// Every source at once, from the last to the first.
var sdkOrder = sdkTable{
	env: []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_ENDPOINT_URL_STS=@HTTP",
		"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS2"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3"},
	cases: []sdkCase{
		{name: "instance", want: granted("instance machine-role metadata-session")},
		{name: "container", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"}, want: granted("container /creds")},
		{name: "a container that fails", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/denied"}, fails: true},
		{name: "process", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"}, config: "[default]\ncredential_process = cat @HOME/keys.json\n", files: map[string]string{"keys.json": processKeys + "}"}, want: sighting{key: "PROCKEY"}},
		{name: "a process that fails", config: "[default]\ncredential_process = false\n", fails: true},
		{name: "SSO", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"}, config: "[default]\n" + ssoLegacy, files: ssoCache(startURL, ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer" + atPortal)},
		{name: "SSO before a process", config: "[default]\ncredential_process = cat @HOME/keys.json\n" + ssoLegacy, files: ssoCache(startURL, ssoToken("bearer", 4)),
			want: granted("sso 111122223333 dev by bearer" + atPortal)},
		{name: "login before a process", config: "[default]\ncredential_process = cat @HOME/keys.json\nlogin_session = " + loginSession + "\n", files: loginCache(loginSession, loginToken(1)),
			want: sighting{key: "LOGINKEY", token: "logintoken"}},
		{name: "keys before a process", config: "[default]\ncredential_process = cat @HOME/keys.json\n" + pair("FILEKEY"), files: map[string]string{"keys.json": processKeys + "}"},
			want: sighting{key: "FILEKEY"}, unlikeBoto: "asks the process before it looks into config"},
		{name: "keys before SSO", credentials: "[default]\n" + pair("FILEKEY"), config: "[default]\n" + ssoLegacy, files: ssoCache(startURL, ssoToken("bearer", 4)),
			want: sighting{key: "FILEKEY"}, unlikeBoto: "asks SSO first"},
		{name: "keys before a web identity of the profile", config: "[default]\nrole_arn = " + roleA + "\nweb_identity_token_file = @HOME/token\n" + pair("FILEKEY"), files: map[string]string{"token": "a.web.token"},
			want: granted(roleA + " by FILEKEY" + atSTS), unlikeBoto: "takes the web identity"},
		{name: "a role before keys", config: "[default]\nrole_arn = " + roleA + "\nsource_profile = base\n" + pair("FILEKEY") + "[profile base]\n" + pair("BASEKEY"),
			want: granted(roleA + " by BASEKEY" + atSTS)},
		{name: "a web identity", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN=" + roleA}, credentials: "[default]\n" + pair("FILEKEY"), files: map[string]string{"token": "a.web.token"},
			want: granted(roleA + " by a.web.token at @")},
		{name: "variables", env: variables("ENVKEY", "AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN="+roleA, "AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"),
			credentials: "[default]\n" + pair("FILEKEY"), files: map[string]string{"token": "a.web.token"}, want: sighting{key: "ENVKEY"}},
		{name: "a flag", profile: "p", env: variables("ENVKEY", "AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN="+roleA),
			credentials: "[p]\n" + pair("FILEKEY"), files: map[string]string{"token": "a.web.token"}, want: sighting{key: "FILEKEY"}},
		{name: "a flag for a profile without keys", profile: "p", env: variables("ENVKEY", "AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"),
			config: "[profile p]\nregion = us-east-1\n", want: granted("container /creds")},
		{name: "a profile without keys", env: []string{"AWS_PROFILE=p", "AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"},
			config: "[profile p]\nregion = us-east-1\n", want: granted("container /creds")},
	},
}
