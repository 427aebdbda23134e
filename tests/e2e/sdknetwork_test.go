package e2e

// The addresses at which metadata is found.
var sdkAddresses = sdkTable{
	env:    []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_EC2_METADATA_DISABLED", "HTTP_PROXY", "HTTPS_PROXY"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3"},
	cases: []sdkCase{
		{name: "instance", want: granted("instance machine-role metadata-session")},
		{name: "instance over IPv6", env: []string{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6"}, want: granted("instance machine-role metadata-session")},
		{name: "instance over IPv6 by the profile", config: "[default]\nec2_metadata_service_endpoint_mode = ipv6\n", want: granted("instance machine-role metadata-session")},
		{name: "instance over what nobody knows", env: []string{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv9"}, fails: true},
		{name: "instance at an address before its kind", env: []string{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS1"}, want: granted("instance machine-role")},
		{name: "ECS", env: []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/1"}, want: granted("container /v2/credentials/1")},
		{name: "ECS before a whole URI", env: []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/1", "AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"}, want: granted("container /v2/1")},
		{name: "ECS with a token", env: []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/1", "AWS_CONTAINER_AUTHORIZATION_TOKEN=abc"}, want: granted("container /v2/1 by abc")},
		{name: "ECS that refuses", env: []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/denied"}, fails: true},
		{name: "EKS", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=@HOME/token"}, files: map[string]string{"token": "pod-token"},
			want: granted("container /v1/credentials by pod-token")},
		{name: "EKS over IPv6", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://[fd00:ec2::23]/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=@HOME/token"}, files: map[string]string{"token": "pod-token"},
			want: granted("container /v1/credentials by pod-token")},
		{name: "instance beside a proxy", env: []string{"HTTP_PROXY=@HTTP"}, want: granted("instance machine-role metadata-session"), unlikeGo: "asks the proxy", unlikeBoto: "asks the proxy"},
		{name: "ECS beside a proxy", env: []string{"HTTP_PROXY=@HTTP", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/1"}, want: granted("container /v2/1")},
	},
}

func init() {
	for i := range sdkAddresses.cases {
		sdkAddresses.cases[i].addressed = true
	}
}

const elsewhereURL = "http://" + elsewhere

// Which way requests go.
var sdkProxies = sdkTable{
	env: append(variables("ENVKEY"), zone("us-west-2", "AWS_MAX_ATTEMPTS=1",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")...),
	bucket: "bucket",
	want:   sighting{url: "https://bucket.s3.us-west-2.amazonaws.com", scope: "us-west-2/s3", key: "ENVKEY"},
	cases: []sdkCase{
		{name: "https", env: []string{"HTTPS_PROXY=@OTHER"}, want: sighting{by: "other"}},
		{name: "https in lower case", env: []string{"https_proxy=@OTHER"}, want: sighting{by: "other"}},
		{name: "https in both cases", env: []string{"HTTPS_PROXY=@OTHER", "https_proxy=@HTTP"}, want: sighting{by: "other"}, unlikeBoto: "lower case comes first"},
		{name: "http", pathStyle: true, env: []string{"HTTP_PROXY=@OTHER", "AWS_ENDPOINT_URL_S3=http://s3.test"}, want: sighting{url: "http://s3.test/bucket", by: "other"}},
		{name: "http in lower case", pathStyle: true, env: []string{"http_proxy=@OTHER", "AWS_ENDPOINT_URL_S3=http://s3.test:8080"}, want: sighting{url: "http://s3.test:8080/bucket", by: "other"}},
		{name: "each its own", pathStyle: true, env: []string{"HTTP_PROXY=@OTHER", "HTTPS_PROXY=@HTTP", "AWS_ENDPOINT_URL_S3=http://s3.test"}, want: sighting{url: "http://s3.test/bucket", by: "other"}},
		{name: "a password", env: []string{"HTTPS_PROXY=http://user:p%40ss%20word@HOST_GUARDED"}, want: sighting{by: "guarded"}},
		{name: "a password over http", pathStyle: true, env: []string{"HTTP_PROXY=http://user:p%40ss%20word@HOST_GUARDED", "AWS_ENDPOINT_URL_S3=http://s3.test"}, want: sighting{url: "http://s3.test/bucket", by: "guarded"}},
		{name: "a wrong password", env: []string{"HTTPS_PROXY=http://user:wrong@HOST_GUARDED"}, fails: true},
		{name: "no password", env: []string{"HTTPS_PROXY=@GUARDED"}, fails: true},
		{name: "a proxy that is not there", env: []string{"HTTPS_PROXY=http://127.0.0.1:1"}, fails: true},

		{name: "none", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL}, want: placed(elsewhereURL + "/bucket")},
		{name: "any", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER"}, want: sighting{url: elsewhereURL + "/bucket", by: "other"}},
		{name: "not for an address", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER", "NO_PROXY=x.test, " + elsewhere}, want: placed(elsewhereURL + "/bucket")},
		{name: "not for an address in lower case", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER", "no_proxy=" + elsewhere}, want: placed(elsewhereURL + "/bucket")},
		{name: "not for another address", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER", "NO_PROXY=10.99.0.2"}, want: sighting{url: elsewhereURL + "/bucket", by: "other"}},
		{name: "not for a port", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER", "NO_PROXY=" + elsewhere + ":80"}, want: placed(elsewhereURL + "/bucket"), unlikeBoto: "adds no port of its own"},
		{name: "not for another port", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER", "NO_PROXY=" + elsewhere + ":81"}, want: sighting{url: elsewhereURL + "/bucket", by: "other"}},
		{name: "not for a range", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER", "NO_PROXY=10.99.0.0/16"}, want: placed(elsewhereURL + "/bucket"), unlikeBoto: "knows no ranges"},
		{name: "not at all", addressed: true, env: []string{"AWS_ENDPOINT_URL_S3=" + elsewhereURL, "HTTP_PROXY=@OTHER", "NO_PROXY=*"}, want: placed(elsewhereURL + "/bucket")},
		{name: "not for a domain", env: []string{"HTTPS_PROXY=@OTHER", "NO_PROXY=amazonaws.com"}, addressed: true, fails: true},
		{name: "not for names in a domain", env: []string{"HTTPS_PROXY=@OTHER", "NO_PROXY=.s3.us-west-2.amazonaws.com"}, addressed: true, fails: true},
		{name: "not for the end of a word", env: []string{"HTTPS_PROXY=@OTHER", "NO_PROXY=west-2.amazonaws.com"}, want: sighting{by: "other"}},
		{name: "not for another name", env: []string{"HTTPS_PROXY=@OTHER", "NO_PROXY=other.s3.us-west-2.amazonaws.com"}, want: sighting{by: "other"}},
		{name: "never for loopback", env: []string{"HTTP_PROXY=@OTHER", "AWS_ENDPOINT_URL_S3=@HTTP"}, want: placed("http://@/bucket"), unlikeBoto: "asks the proxy for loopback too"},
		{name: "another scheme", env: []string{"HTTPS_PROXY=ftp://127.0.0.1:1"}, fails: true},
	},
}
