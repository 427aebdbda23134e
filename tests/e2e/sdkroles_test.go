package e2e

// Names of roles and what STS grants for them.
const (
	roleA = "arn:aws:iam::111122223333:role/a"
	roleB = "arn:aws:iam::111122223333:role/b"
	roleC = "arn:aws:iam::111122223333:role/c"
	atSTS = " at @ us-east-1/sts"
)

// granted is a request with what STS grants under this token.
func granted(token string) sighting { return sighting{token: token} }

// Roles that are assumed on top of another source.
var sdkRoles = sdkTable{
	env:    []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_ENDPOINT_URL_STS=@HTTP", "AWS_PROFILE=p"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3"},
	cases: []sdkCase{
		{name: "source_profile", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"),
			want: granted(roleA + " by BASEKEY" + atSTS)},
		{name: "source_profile of the credentials file", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n", credentials: "[base]\n" + pair("BASEKEY"),
			want: granted(roleA + " by BASEKEY" + atSTS)},
		{name: "role of the credentials file", credentials: "[p]\nrole_arn = " + roleA + "\nsource_profile = base\n[base]\n" + pair("BASEKEY"),
			want: granted(roleA + " by BASEKEY" + atSTS)},
		{name: "source with a token", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY") + "aws_session_token = basetoken\n",
			want: granted(roleA + " by (basetoken)" + atSTS)},
		{name: "external id, name, duration", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\nexternal_id = ex/te=rn+al,1@2:3\nrole_session_name = my.session@host\nduration_seconds = 1800\n[profile base]\n" + pair("BASEKEY"),
			want: granted(roleA + " named my.session@host known as ex/te=rn+al,1@2:3 for 1800 by BASEKEY" + atSTS)},
		{name: "a chain of two", config: "[profile p]\nrole_arn = " + roleB + "\nsource_profile = middle\n[profile middle]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"),
			want: granted(roleB + " by (" + roleA + " by BASEKEY" + atSTS + ")" + atSTS)},
		{name: "a chain of three", config: "[profile p]\nrole_arn = " + roleC + "\nsource_profile = three\n[profile three]\nrole_arn = " + roleB + "\nsource_profile = two\nexternal_id = xx\n[profile two]\nrole_arn = " + roleA + "\nsource_profile = one\nrole_session_name = first\n[profile one]\n" + pair("BASEKEY"),
			want: granted(roleC + " by (" + roleB + " known as xx by (" + roleA + " named first by BASEKEY" + atSTS + ")" + atSTS + ")" + atSTS)},
		{name: "itself", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = p\nexternal_id = xx\n" + pair("BASEKEY"),
			want: granted(roleA + " known as xx by BASEKEY" + atSTS)},
		{name: "a linked profile with keys and a role", config: "[profile p]\nrole_arn = " + roleB + "\nsource_profile = middle\n[profile middle]\nrole_arn = " + roleA + "\nsource_profile = base\n" + pair("MIDDLEKEY") + "[profile base]\n" + pair("BASEKEY"),
			want: granted(roleB + " by (" + roleA + " by MIDDLEKEY" + atSTS + ")" + atSTS), unlikeBoto: "leaves out the linked profile's role"},
		{name: "a role with keys of its own", config: "[profile p]\nrole_arn = " + roleA + "\n" + pair("BASEKEY"),
			want: granted(roleA + " by BASEKEY" + atSTS), unlikeBoto: "wants a source"},
		{name: "credential_source Environment", env: variables("ENVKEY", "AWS_PROFILE"), profile: "p", config: "[profile p]\nrole_arn = " + roleA + "\ncredential_source = Environment\n",
			want: granted(roleA + " by ENVKEY" + atSTS)},
		{name: "credential_source Environment behind keys", env: variables("ENVKEY"), config: "[profile p]\nrole_arn = " + roleA + "\ncredential_source = Environment\n",
			want: sighting{key: "ENVKEY"}},
		{name: "credential_source EcsContainer", env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=@CONTAINER/creds"}, config: "[profile p]\nrole_arn = " + roleA + "\ncredential_source = EcsContainer\n",
			want: granted(roleA + " by (container /creds)" + atSTS)},
		{name: "credential_source Ec2InstanceMetadata", env: []string{"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT=@IMDS2"}, config: "[profile p]\nrole_arn = " + roleA + "\ncredential_source = Ec2InstanceMetadata\n",
			want: granted(roleA + " by (instance machine-role metadata-session)" + atSTS)},
		{name: "a source that is a process", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\ncredential_process = cat @HOME/keys.json\n",
			files: map[string]string{"keys.json": `{"Version":1,"AccessKeyId":"PROCKEY","SecretAccessKey":"secret-of-PROCKEY"}`},
			want:  granted(roleA + " by PROCKEY" + atSTS)},
		{name: "a source that is a web identity", config: "[profile p]\nrole_arn = " + roleB + "\nsource_profile = base\n[profile base]\nrole_arn = " + roleA + "\nweb_identity_token_file = @HOME/token\n",
			files: map[string]string{"token": "a.web.token"},
			want:  granted(roleB + " by (" + roleA + " by a.web.token at @)" + atSTS)},
		{name: "STS of the region", env: []string{"AWS_ENDPOINT_URL_STS", "AWS_REGION=eu-west-3", "AWS_DEFAULT_REGION=eu-west-3"}, config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"),
			want: sighting{token: roleA + " by BASEKEY at sts.eu-west-3.amazonaws.com eu-west-3/sts", scope: "eu-west-3/s3"}},
		{name: "STS of the profile's region", env: []string{"AWS_ENDPOINT_URL_STS", "AWS_REGION", "AWS_DEFAULT_REGION"}, config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\nregion = ap-south-1\n[profile base]\nregion = us-east-2\n" + pair("BASEKEY"),
			want: sighting{token: roleA + " by BASEKEY at sts.ap-south-1.amazonaws.com ap-south-1/sts", scope: "ap-south-1/s3"}},
		{name: "STS in China", env: []string{"AWS_ENDPOINT_URL_STS", "AWS_REGION=cn-north-1", "AWS_DEFAULT_REGION=cn-north-1"}, config: "[profile p]\nrole_arn = arn:aws-cn:iam::111122223333:role/a\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"),
			want: sighting{token: "arn:aws-cn:iam::111122223333:role/a by BASEKEY at sts.cn-north-1.amazonaws.com.cn cn-north-1/sts", scope: "cn-north-1/s3"}},
		{name: "STS with FIPS", env: []string{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3", "AWS_USE_FIPS_ENDPOINT=true"}, config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"),
			want: sighting{url: "https://bucket.s3-fips.us-east-1.amazonaws.com", token: roleA + " by BASEKEY at sts-fips.us-east-1.amazonaws.com us-east-1/sts"}},
		{name: "STS with dual stack", env: []string{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_S3", "AWS_USE_DUALSTACK_ENDPOINT=true"}, config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"),
			want: sighting{url: "https://bucket.s3.dualstack.us-east-1.amazonaws.com", token: roleA + " by BASEKEY at sts.us-east-1.api.aws us-east-1/sts"}},
		{name: "STS apart from S3", env: []string{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL=@HTTP"}, config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"),
			want: granted(roleA + " by BASEKEY at sts.us-east-1.amazonaws.com us-east-1/sts"), unlikeBoto: "sends STS to AWS_ENDPOINT_URL"},
		{name: "STS by the services section", env: []string{"AWS_ENDPOINT_URL_STS"}, config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\nservices = local\n[services local]\nsts =\n  endpoint_url = @HTTP\n[profile base]\n" + pair("BASEKEY"),
			want: granted(roleA + " by BASEKEY" + atSTS)},
		{name: "a refusal that passes", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN=" + roleA + "-passing", "AWS_PROFILE"}, files: map[string]string{"token": "a.web.token"},
			want: granted(roleA + "-passing by a.web.token at @")},

		{name: "a refusal", config: "[profile p]\nrole_arn = " + roleA + "-denied\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"), fails: true},
		{name: "a source that is nowhere", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = absent\n", fails: true},
		{name: "a source without keys", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\nregion = us-east-1\n", fails: true},
		{name: "a source with half a pair", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\naws_access_key_id = BASEKEY\n", fails: true},
		{name: "a circle", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = q\n[profile q]\nrole_arn = " + roleB + "\nsource_profile = p\n", fails: true},
		{name: "a circle behind the first", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = q\n[profile q]\nrole_arn = " + roleB + "\nsource_profile = r\n[profile r]\nrole_arn = " + roleC + "\nsource_profile = q\n", fails: true},
		{name: "itself without keys", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = p\n", fails: true},
		{name: "two sources", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\ncredential_source = Environment\n[profile base]\n" + pair("BASEKEY"), fails: true},
		{name: "a source nobody knows", config: "[profile p]\nrole_arn = " + roleA + "\ncredential_source = Cloud\n", fails: true},
		{name: "Environment without keys", config: "[profile p]\nrole_arn = " + roleA + "\ncredential_source = Environment\n", fails: true},
		{name: "EcsContainer outside one", config: "[profile p]\nrole_arn = " + roleA + "\ncredential_source = EcsContainer\n", fails: true},
		{name: "a second factor", config: "[profile p]\nrole_arn = " + roleA + "\nsource_profile = base\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n[profile base]\n" + pair("BASEKEY"), fails: true},
		{name: "a role with nothing", config: "[profile p]\nrole_arn = " + roleA + "\n", fails: true},
	},
}

// Roles that are assumed with a token from a file.
var sdkWebIdentity = sdkTable{
	env:    []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_ENDPOINT_URL_STS=@HTTP"},
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-east-1/s3"},
	cases: []sdkCase{
		{name: "variables", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN=" + roleA}, files: map[string]string{"token": "jwt.of+the/pod=="},
			want: granted(roleA + " by jwt.of+the/pod== at @")},
		{name: "a name", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN=" + roleA, "AWS_ROLE_SESSION_NAME=pod"}, files: map[string]string{"token": "a.web.token"},
			want: granted(roleA + " named pod by a.web.token at @")},
		{name: "a profile", config: "[default]\nweb_identity_token_file = @HOME/token\nrole_arn = " + roleA + "\nrole_session_name = build\n", files: map[string]string{"token": "a.web.token"},
			want: granted(roleA + " named build by a.web.token at @")},
		{name: "a profile of a name", env: []string{"AWS_PROFILE=p"}, config: "[profile p]\nweb_identity_token_file = @HOME/token\nrole_arn = " + roleA + "\n", files: map[string]string{"token": "a.web.token"},
			want: granted(roleA + " by a.web.token at @")},
		{name: "variables before the profile", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN=" + roleA}, files: map[string]string{"token": "a.web.token"}, credentials: "[default]\n" + pair("FILEKEY"),
			want: granted(roleA + " by a.web.token at @")},
		{name: "keys before both", env: variables("ENVKEY", "AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN="+roleA), files: map[string]string{"token": "a.web.token"},
			want: sighting{key: "ENVKEY"}},
		{name: "STS of the region", env: []string{"AWS_ENDPOINT_URL_STS", "AWS_REGION=eu-west-3", "AWS_DEFAULT_REGION=eu-west-3", "AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN=" + roleA}, files: map[string]string{"token": "a.web.token"},
			want: sighting{token: roleA + " by a.web.token at sts.eu-west-3.amazonaws.com", scope: "eu-west-3/s3"}},
		{name: "the profile's token file with the role of another", config: "[default]\nweb_identity_token_file = @HOME/token\nrole_arn = " + roleA + "\nsource_profile = base\n[profile base]\n" + pair("BASEKEY"), files: map[string]string{"token": "a.web.token"}, fails: true, unlikeBoto: "takes the token file"},

		{name: "no role", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token"}, files: map[string]string{"token": "a.web.token"}, fails: true},
		{name: "no role in a profile", config: "[default]\nweb_identity_token_file = @HOME/token\n", files: map[string]string{"token": "a.web.token"}, fails: true},
		{name: "no file", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/absent", "AWS_ROLE_ARN=" + roleA}, fails: true},
		{name: "a refusal", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/token", "AWS_ROLE_ARN=" + roleA + "-denied"}, files: map[string]string{"token": "a.web.token"}, fails: true},
		{name: "a failure before keys", env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=@HOME/absent", "AWS_ROLE_ARN=" + roleA}, credentials: "[default]\n" + pair("FILEKEY"), fails: true},
	},
}
