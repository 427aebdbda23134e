package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// identity is what a request shows of the settings that made it.
type identity struct{ key, region, token string }

func identityOf(r seenRequest) identity {
	_, scope, _ := strings.Cut(r.header.Get("Authorization"), "Credential=")
	parts := strings.Split(scope, "/")
	if len(parts) < 3 {
		return identity{}
	}
	return identity{parts[0], parts[2], r.header.Get("X-Amz-Security-Token")}
}

// Credentials, region and endpoint from the environment and the shared files,
// with the precedence of aws-sdk-go-v2. @SERVER stands for the server.
func TestWhereSettingsComeFrom(t *testing.T) {
	t.Parallel()
	const keys = "aws_access_key_id = FILEKEY\naws_secret_access_key = filesecret\n"
	cases := []struct {
		name        string
		env         []string
		credentials string
		config      string
		want        identity
	}{
		{"environment",
			[]string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=s", "AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=@SERVER"},
			"", "", identity{"ENVKEY", "eu-west-1", ""}},
		{"a session token",
			[]string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=tok", "AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=@SERVER"},
			"", "", identity{"ENVKEY", "eu-west-1", "tok"}},
		{"AWS_REGION before AWS_DEFAULT_REGION",
			[]string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=s", "AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-2", "AWS_ENDPOINT_URL=@SERVER"},
			"", "", identity{"ENVKEY", "eu-west-1", ""}},
		{"AWS_DEFAULT_REGION alone",
			[]string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=s", "AWS_DEFAULT_REGION=eu-west-2", "AWS_ENDPOINT_URL=@SERVER"},
			"", "", identity{"ENVKEY", "eu-west-2", ""}},
		{"AWS_ENDPOINT_URL_S3 before AWS_ENDPOINT_URL",
			[]string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=s", "AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ENDPOINT_URL_S3=@SERVER"},
			"", "", identity{"ENVKEY", "eu-west-1", ""}},
		{"the credentials file and the config file",
			nil, "[default]\n" + keys, "[default]\nregion = ap-south-1\nendpoint_url = @SERVER\n",
			identity{"FILEKEY", "ap-south-1", ""}},
		{"all in the config file",
			nil, "", "[default]\n" + keys + "region = ap-south-1\nendpoint_url = @SERVER\n",
			identity{"FILEKEY", "ap-south-1", ""}},
		{"a profile",
			[]string{"AWS_PROFILE=ci"}, "[default]\naws_access_key_id = A\naws_secret_access_key = b\n[ci]\n" + keys,
			"[default]\nregion = x-1\n[profile ci]\nregion = ap-south-1\nendpoint_url = @SERVER\n",
			identity{"FILEKEY", "ap-south-1", ""}},
		{"a token in the credentials file",
			nil, "[default]\n" + keys + "aws_session_token = filetok\n", "[default]\nregion = ap-south-1\nendpoint_url = @SERVER\n",
			identity{"FILEKEY", "ap-south-1", "filetok"}},
		{"the credentials file before the config file, token and all",
			nil, "[default]\n" + keys, "[default]\naws_access_key_id = A\naws_secret_access_key = b\naws_session_token = old\nregion = ap-south-1\nendpoint_url = @SERVER\n",
			identity{"FILEKEY", "ap-south-1", ""}},
		{"environment keys before a profile",
			[]string{"AWS_PROFILE=ci", "AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=s"}, "[ci]\n" + keys,
			"[profile ci]\nregion = ap-south-1\nendpoint_url = @SERVER\n",
			identity{"ENVKEY", "ap-south-1", ""}},
		{"the services section",
			nil, "[default]\n" + keys, "[default]\nregion = ap-south-1\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = @SERVER\n",
			identity{"FILEKEY", "ap-south-1", ""}},
		{"comments, CR LF and odd spacing",
			nil, "# comment\r\n[ default ]\r\n" + strings.ReplaceAll(keys, "\n", " # comment\r\n"), "[default]\r\nregion=ap-south-1\r\nendpoint_url : @SERVER\r\n",
			identity{"FILEKEY", "ap-south-1", ""}},
		{"no region with an endpoint of its own",
			[]string{"AWS_ACCESS_KEY_ID=ENVKEY", "AWS_SECRET_ACCESS_KEY=s", "AWS_ENDPOINT_URL=@SERVER"},
			"", "", identity{"ENVKEY", "us-east-1", ""}},
		{"white space around keys",
			[]string{"AWS_ACCESS_KEY_ID= ENVKEY\n", "AWS_SECRET_ACCESS_KEY=s\n", "AWS_REGION=eu-west-1", "AWS_ENDPOINT_URL=@SERVER"},
			"", "", identity{"ENVKEY", "eu-west-1", ""}},
	}
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			c := newConfig(t).with("-path-style")
			c.bucket = s.bucket
			for name, text := range map[string]string{"credentials": test.credentials, "config": test.config} {
				if text != "" {
					writeFile(t, filepath.Join(c.dir, "home", ".aws", name), []byte(strings.ReplaceAll(text, "@SERVER", s.endpoint)))
				}
			}
			for _, v := range test.env {
				c = c.set(strings.ReplaceAll(v, "@SERVER", s.endpoint))
			}
			h := start(t, c)
			h.miss(victim)
			h.end()
			seen := s.requests("GET", victim.hex())
			if len(seen) != 1 {
				t.Fatalf("%d requests, want 1; stderr: %s", len(seen), h.stderr)
			}
			if got := identityOf(seen[0]); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// Files in other places, by variable.
func TestFilesInOtherPlaces(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	c := newConfig(t).with("-path-style")
	c.bucket = s.bucket
	writeFile(t, filepath.Join(c.dir, "a"), []byte("[default]\naws_access_key_id = OTHER\naws_secret_access_key = s\n"))
	writeFile(t, filepath.Join(c.dir, "b"), []byte("[default]\nregion = ap-south-1\nendpoint_url = "+s.endpoint+"\n"))
	h := start(t, c.set("AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(c.dir, "a"), "AWS_CONFIG_FILE="+filepath.Join(c.dir, "b")))
	h.miss(victim)
	h.end()
	seen := s.requests("GET", victim.hex())
	if len(seen) != 1 || identityOf(seen[0]) != (identity{"OTHER", "ap-south-1", ""}) {
		t.Errorf("%v; stderr: %s", seen, h.stderr)
	}
}

// Shared files that cannot be used are one line, not a failed build.
func TestSharedFilesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"half a key pair": "[default]\naws_access_key_id = A\n",
		"binary":          "\x00\xff\x00[default]\x00",
		"two megabytes":   strings.Repeat("# comment comment comment\n", 80000),
		"a line of 1 MB":  "[default]\nregion = " + strings.Repeat("r", megabyte-100) + "\n",
		"a key with CR":   "[default]\naws_access_key_id = A\rB\naws_secret_access_key = s\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			c := at(t, s.store).set("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
			writeFile(t, filepath.Join(c.dir, "home", ".aws", "credentials"), []byte(text))
			h := start(t, c)
			h.put(victim, sample)
			h.hit(victim, sample)
			h.end()
			h.said(1, 2)
		})
	}
}
