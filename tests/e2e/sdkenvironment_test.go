package e2e

const envKeys = "aws_access_key_id = FILEKEY\naws_secret_access_key = secret-of-FILEKEY\n"

// Keys and the profile by variables.
var sdkEnvironment = sdkTable{
	env:    []string{"AWS_ENDPOINT_URL_S3=@HTTP"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3", key: "ENVKEY"},
	cases: []sdkCase{
		{name: "keys", env: []string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=secret-of-ENVKEY"}},
		{name: "keys with a token", env: []string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=secret-of-ENVKEY", "AWS_SESSION_TOKEN=tok/en+=="},
			want: sighting{key: "ENVKEY", token: "tok/en+=="}},
		{name: "nothing", fails: true},
	},
}
