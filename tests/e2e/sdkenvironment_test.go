package e2e

// pair is a key pair as the files have it.
func pair(key string) string {
	return "aws_access_key_id = " + key + "\naws_secret_access_key = " + secretFor(key) + "\n"
}

// variables is a key pair as the environment has it, and what else is there.
func variables(key string, more ...string) []string {
	return append([]string{"AWS_ACCESS_KEY_ID=" + key, "AWS_SECRET_ACCESS_KEY=" + secretFor(key)}, more...)
}

// Keys, profile and region by variables.
var sdkEnvironment = sdkTable{
	env:    []string{"AWS_ENDPOINT_URL_S3=@HTTP"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3", key: "ENVKEY"},
	cases: []sdkCase{
		{name: "nothing", fails: true},
		{name: "keys", env: variables("ENVKEY")},
		{name: "keys with a token", env: variables("ENVKEY", "AWS_SESSION_TOKEN=tok/en+=="), want: sighting{key: "ENVKEY", token: "tok/en+=="}},
		{name: "an empty token", env: variables("ENVKEY", "AWS_SESSION_TOKEN=")},
		{name: "a key with slashes", env: variables("ENV/KEY/"), want: sighting{key: "ENV/KEY/"}},
		{name: "the other names", env: []string{"AWS_ACCESS_KEY=ENVKEY", "AWS_SECRET_KEY=secret-of-ENVKEY"}, unlikeBoto: "knows one name of each"},
		{name: "both names", env: variables("ENVKEY", "AWS_ACCESS_KEY=OTHERKEY", "AWS_SECRET_KEY=secret-of-OTHERKEY")},
		{name: "a key without a secret", env: []string{"AWS_ACCESS_KEY_ID=ENVKEY"}, credentials: "[default]\n" + pair("FILEKEY"),
			want: sighting{key: "FILEKEY"}, unlikeBoto: "refuses half a pair"},
		{name: "a secret without a key", env: []string{"AWS_SECRET_ACCESS_KEY=x"}, credentials: "[default]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}},
		{name: "an empty key", env: variables("", "AWS_SESSION_TOKEN=x"), credentials: "[default]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}},
		{name: "blanks around", env: []string{"AWS_ACCESS_KEY_ID= ENVKEY\n", "AWS_SECRET_ACCESS_KEY=secret-of-ENVKEY\r\n"},
			unlikeGo: "signs with the blanks", unlikeBoto: "signs with the blanks"},
		{name: "before the files", env: variables("ENVKEY"), credentials: "[default]\n" + pair("FILEKEY")},
		{name: "before AWS_PROFILE", env: variables("ENVKEY", "AWS_PROFILE=p"), credentials: "[p]\n" + pair("FILEKEY")},
		{name: "behind a flag", env: variables("ENVKEY"), profile: "p", credentials: "[p]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}},
		{name: "a flag before AWS_PROFILE", env: []string{"AWS_PROFILE=q"}, profile: "p", credentials: "[q]\n" + pair("OTHERKEY") + "[p]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}},
		{name: "a flag that is no profile", env: variables("ENVKEY"), profile: "absent", fails: true},
		{name: "AWS_PROFILE", env: []string{"AWS_PROFILE=p"}, credentials: "[default]\n" + pair("OTHERKEY") + "[p]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}},
		{name: "AWS_PROFILE of the config file", env: []string{"AWS_PROFILE=p"}, config: "[profile p]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}},
		{name: "AWS_PROFILE that is nowhere", env: []string{"AWS_PROFILE=absent"}, credentials: "[default]\n" + pair("FILEKEY"), fails: true},
		{name: "AWS_PROFILE that is empty", env: []string{"AWS_PROFILE="}, credentials: "[default]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}, unlikeBoto: "takes it for a name"},
		{name: "AWS_DEFAULT_PROFILE", env: []string{"AWS_DEFAULT_PROFILE=p"}, credentials: "[p]\n" + pair("FILEKEY"), want: sighting{key: "FILEKEY"}},
		{name: "both profiles", env: []string{"AWS_PROFILE=p", "AWS_DEFAULT_PROFILE=q"}, credentials: "[q]\n" + pair("OTHERKEY") + "[p]\n" + pair("FILEKEY"),
			want: sighting{key: "FILEKEY"}, unlikeBoto: "reads AWS_DEFAULT_PROFILE first"},
		{name: "files elsewhere", env: []string{"AWS_CONFIG_FILE=@HOME/c", "AWS_SHARED_CREDENTIALS_FILE=@HOME/k", "AWS_REGION", "AWS_DEFAULT_REGION"}, credentials: "[default]\n" + pair("OTHERKEY"),
			files: map[string]string{"c": "[default]\nregion = eu-west-3\n", "k": "[default]\n" + pair("FILEKEY")}, want: sighting{key: "FILEKEY", scope: "eu-west-3/s3"}},
		{name: "files in a home with a tilde", env: []string{"AWS_SHARED_CREDENTIALS_FILE=~/k"}, files: map[string]string{"k": "[default]\n" + pair("FILEKEY")},
			want: sighting{key: "FILEKEY"}, unlikeGo: "does not know the tilde"},
		{name: "files that are not there", env: variables("ENVKEY", "AWS_CONFIG_FILE=@HOME/absent", "AWS_SHARED_CREDENTIALS_FILE=/absent/k")},
		{name: "AWS_REGION", env: variables("ENVKEY", "AWS_REGION=eu-west-3", "AWS_DEFAULT_REGION=eu-west-1"), want: sighting{scope: "eu-west-3/s3"}, unlikeBoto: "does not know AWS_REGION"},
		{name: "AWS_DEFAULT_REGION", env: variables("ENVKEY", "AWS_REGION", "AWS_DEFAULT_REGION=eu-west-1"), want: sighting{scope: "eu-west-1/s3"}},
		{name: "AWS_REGION that is empty", env: variables("ENVKEY", "AWS_REGION=", "AWS_DEFAULT_REGION=eu-west-1"), want: sighting{scope: "eu-west-1/s3"}},
		{name: "region before the profile's", env: variables("ENVKEY", "AWS_DEFAULT_REGION=eu-west-1", "AWS_REGION"), config: "[default]\nregion = us-east-2\n", want: sighting{scope: "eu-west-1/s3"}},
		{name: "region of the profile", env: variables("ENVKEY", "AWS_DEFAULT_REGION", "AWS_REGION"), config: "[default]\nregion = us-east-2\n", want: sighting{scope: "us-east-2/s3"}},
		{name: "no region", env: variables("ENVKEY", "AWS_DEFAULT_REGION", "AWS_REGION"), unlikeGo: "wants a region"},
		{name: "a region of its own", env: variables("ENVKEY", "AWS_DEFAULT_REGION=garage", "AWS_REGION=garage"), want: sighting{scope: "garage/s3"}},
	},
}
