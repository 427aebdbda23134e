package e2e

// placed is a request to this place.
func placed(url string) sighting { return sighting{url: url} }

// zone is a region as the environment has it.
func zone(region string, more ...string) []string {
	return append([]string{"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region}, more...)
}

// s3Block is a default profile with a key below s3.
func s3Block(line string) string { return "[default]\ns3 =\n  " + line + "\n" }

// AWS's own hosts.
var sdkHosts = sdkTable{
	env:    append(variables("ENVKEY"), zone("us-west-2")...),
	bucket: "bucket",
	want:   sighting{url: "https://bucket.s3.us-west-2.amazonaws.com", scope: "us-west-2/s3", key: "ENVKEY"},
	cases: []sdkCase{
		{name: "plain"},
		{name: "us-east-1", env: zone("us-east-1"), want: sighting{url: "https://bucket.s3.us-east-1.amazonaws.com", scope: "us-east-1/s3"}, unlikeBoto: "asks the global host"},
		{name: "no region", env: []string{"AWS_REGION", "AWS_DEFAULT_REGION"}, want: sighting{url: "https://bucket.s3.us-east-1.amazonaws.com", scope: "us-east-1/s3"}, unlikeGo: "wants a region", unlikeBoto: "asks the global host"},
		{name: "aws-global", env: zone("aws-global"), want: sighting{url: "https://bucket.s3.amazonaws.com", scope: "us-east-1/s3"}},
		{name: "a region of next year", env: zone("eu-north-9"), want: sighting{url: "https://bucket.s3.eu-north-9.amazonaws.com", scope: "eu-north-9/s3"}},
		{name: "a region of no partition", env: zone("mars-1"), want: sighting{url: "https://bucket.s3.mars-1.amazonaws.com", scope: "mars-1/s3"}},
		{name: "China", env: zone("cn-north-1"), want: sighting{url: "https://bucket.s3.cn-north-1.amazonaws.com.cn", scope: "cn-north-1/s3"}},
		{name: "GovCloud", env: zone("us-gov-west-1"), want: sighting{url: "https://bucket.s3.us-gov-west-1.amazonaws.com", scope: "us-gov-west-1/s3"}},
		{name: "Europe's own", env: zone("eusc-de-east-1"), want: sighting{url: "https://bucket.s3.eusc-de-east-1.amazonaws.eu", scope: "eusc-de-east-1/s3"}},
		{name: "iso", env: zone("us-iso-east-1"), want: sighting{url: "https://bucket.s3.us-iso-east-1.c2s.ic.gov", scope: "us-iso-east-1/s3"}},
		{name: "iso-b", env: zone("us-isob-east-1"), want: sighting{url: "https://bucket.s3.us-isob-east-1.sc2s.sgov.gov", scope: "us-isob-east-1/s3"}},
		{name: "iso-e", env: zone("eu-isoe-west-1"), want: sighting{url: "https://bucket.s3.eu-isoe-west-1.cloud.adc-e.uk", scope: "eu-isoe-west-1/s3"}},
		{name: "iso-f", env: zone("us-isof-south-1"), want: sighting{url: "https://bucket.s3.us-isof-south-1.csp.hci.ic.gov", scope: "us-isof-south-1/s3"}},
		{name: "no region's name", env: zone("a b"), fails: true},
		{name: "no region's name either", env: zone("us-east-2!"), fails: true},

		{name: "FIPS", env: []string{"AWS_USE_FIPS_ENDPOINT=true"}, want: placed("https://bucket.s3-fips.us-west-2.amazonaws.com")},
		{name: "FIPS by the profile", config: "[default]\nuse_fips_endpoint = true\n", want: placed("https://bucket.s3-fips.us-west-2.amazonaws.com")},
		{name: "FIPS against the profile", env: []string{"AWS_USE_FIPS_ENDPOINT=false"}, config: "[default]\nuse_fips_endpoint = true\n"},
		{name: "FIPS by the region", env: zone("fips-us-west-2"), want: placed("https://bucket.s3-fips.us-west-2.amazonaws.com")},
		{name: "FIPS by the region's end", env: zone("us-west-2-fips"), want: placed("https://bucket.s3-fips.us-west-2.amazonaws.com")},
		{name: "FIPS in GovCloud", env: zone("us-gov-west-1", "AWS_USE_FIPS_ENDPOINT=true"), want: sighting{url: "https://bucket.s3-fips.us-gov-west-1.amazonaws.com", scope: "us-gov-west-1/s3"}},
		{name: "FIPS in China", env: zone("cn-north-1", "AWS_USE_FIPS_ENDPOINT=true"), fails: true},
		{name: "dual stack", env: []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, want: placed("https://bucket.s3.dualstack.us-west-2.amazonaws.com")},
		{name: "dual stack by the profile", config: "[default]\nuse_dualstack_endpoint = TRUE\n", want: placed("https://bucket.s3.dualstack.us-west-2.amazonaws.com")},
		{name: "dual stack in China", env: zone("cn-north-1", "AWS_USE_DUALSTACK_ENDPOINT=true"), want: sighting{url: "https://bucket.s3.dualstack.cn-north-1.amazonaws.com.cn", scope: "cn-north-1/s3"}},
		{name: "FIPS and dual stack", env: []string{"AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=true"}, want: placed("https://bucket.s3-fips.dualstack.us-west-2.amazonaws.com")},
		{name: "accelerated", accelerate: true, config: s3Block("use_accelerate_endpoint = true"), want: placed("https://bucket.s3-accelerate.amazonaws.com")},
		{name: "accelerated with dual stack", accelerate: true, env: []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, config: s3Block("use_accelerate_endpoint = true"), want: placed("https://bucket.s3-accelerate.dualstack.amazonaws.com")},
		{name: "accelerated with FIPS", accelerate: true, env: []string{"AWS_USE_FIPS_ENDPOINT=true"}, config: s3Block("use_accelerate_endpoint = true"), fails: true},
		{name: "accelerated in China", accelerate: true, env: zone("cn-north-1"), config: s3Block("use_accelerate_endpoint = true"), fails: true},
		{name: "accelerated with dots", accelerate: true, bucket: "bucket.with.dots", config: s3Block("use_accelerate_endpoint = true"), fails: true},

		{name: "dots", bucket: "bucket.with.dots", want: placed("https://s3.us-west-2.amazonaws.com/bucket.with.dots")},
		{name: "dots with FIPS", bucket: "bucket.with.dots", env: []string{"AWS_USE_FIPS_ENDPOINT=true"}, want: placed("https://s3-fips.us-west-2.amazonaws.com/bucket.with.dots")},
		{name: "upper case", bucket: "BucketName", want: placed("https://s3.us-west-2.amazonaws.com/BucketName")},
		{name: "underscore", bucket: "99_ab", want: placed("https://s3.us-west-2.amazonaws.com/99_ab")},
		{name: "two letters", bucket: "aa", want: placed("https://s3.us-west-2.amazonaws.com/aa")},
		{name: "an address", bucket: "192.168.5.4", want: placed("https://s3.us-west-2.amazonaws.com/192.168.5.4")},
		{name: "a hyphen at the end", bucket: "bucket-", fails: true, unlikeGo: "sends it in the host", unlikeBoto: "sends it in the path"},
		{name: "a sign", bucket: "bucket!", fails: true, unlikeGo: "sends it as it is"},
		{name: "a blank", bucket: "my bucket", fails: true, unlikeGo: "sends it in percents"},
		{name: "path style", pathStyle: true, want: placed("https://s3.us-west-2.amazonaws.com/bucket")},
		{name: "path style by the profile", pathStyle: true, config: s3Block("addressing_style = path"), want: placed("https://s3.us-west-2.amazonaws.com/bucket")},
		{name: "path style with FIPS and dual stack", pathStyle: true, env: []string{"AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=true"}, want: placed("https://s3-fips.dualstack.us-west-2.amazonaws.com/bucket")},

		{name: "access point", bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint/mine", want: placed("https://mine-123456789012.s3-accesspoint.us-west-2.amazonaws.com")},
		{name: "access point with a colon", bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint:mine", want: placed("https://mine-123456789012.s3-accesspoint.us-west-2.amazonaws.com")},
		{name: "access point with FIPS", bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint/mine", env: []string{"AWS_USE_FIPS_ENDPOINT=true"}, want: placed("https://mine-123456789012.s3-accesspoint-fips.us-west-2.amazonaws.com")},
		{name: "access point with dual stack", bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint/mine", env: []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, want: placed("https://mine-123456789012.s3-accesspoint.dualstack.us-west-2.amazonaws.com")},
		{name: "access point in China", bucket: "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/mine", env: zone("cn-north-1"), want: sighting{url: "https://mine-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn", scope: "cn-north-1/s3"}},
		{name: "access point of another region", bucket: "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine", env: []string{"AWS_S3_USE_ARN_REGION=true"}, want: sighting{url: "https://mine-123456789012.s3-accesspoint.eu-west-1.amazonaws.com", scope: "eu-west-1/s3"}},
		{name: "access point of another region by the profile", bucket: "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine", config: "[default]\ns3_use_arn_region = true\n", want: sighting{url: "https://mine-123456789012.s3-accesspoint.eu-west-1.amazonaws.com", scope: "eu-west-1/s3"}},
		{name: "access point of a region not allowed", bucket: "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine", env: []string{"AWS_S3_USE_ARN_REGION=false"}, fails: true},
		{name: "access point of a region not asked for", bucket: "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine", fails: true, unlikeBoto: "allows it unless told otherwise"},
		{name: "access point of another partition", bucket: "arn:aws-cn:s3:us-west-2:123456789012:accesspoint/mine", fails: true, unlikeGo: "takes that of the region", unlikeBoto: "takes that of the region"},
		{name: "access point without a name", bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint", fails: true},
		{name: "access point without an account", bucket: "arn:aws:s3:us-west-2::accesspoint/mine", fails: true},
		{name: "access point accelerated", accelerate: true, bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint/mine", config: s3Block("use_accelerate_endpoint = true"), fails: true},
		{name: "access point by an alias", bucket: "mine-abcdefghijklmnop0123456789abcdefgh-s3alias", want: placed("https://mine-abcdefghijklmnop0123456789abcdefgh-s3alias.s3.us-west-2.amazonaws.com")},
		{name: "no access point", bucket: "arn:aws:sns:us-west-2:123456789012:topic", fails: true},
		{name: "access point of many regions", bucket: "arn:aws:s3::123456789012:accesspoint:mfzwi23gnjvgw.mrap", fails: true, unlikeGo: "signs with version 4a", unlikeBoto: "signs with version 4a"},

		{name: "Express", bucket: "mine--usw2-az1--x-s3", want: express("https://mine--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", "us-west-2")},
		{name: "Express with FIPS", bucket: "mine--usw2-az1--x-s3", env: []string{"AWS_USE_FIPS_ENDPOINT=true"}, want: express("https://mine--usw2-az1--x-s3.s3express-fips-usw2-az1.us-west-2.amazonaws.com", "us-west-2")},
		{name: "Express with dual stack", bucket: "mine--usw2-az1--x-s3", env: []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, want: express("https://mine--usw2-az1--x-s3.s3express-usw2-az1.dualstack.us-west-2.amazonaws.com", "us-west-2")},
		{name: "Express with many hyphens", bucket: "my--s3--bucket--usw2-az1--x-s3", want: express("https://my--s3--bucket--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", "us-west-2")},
		{name: "Express in a zone of a long name", bucket: "mine--test-zone-ab1--x-s3", want: express("https://mine--test-zone-ab1--x-s3.s3express-test-zone-ab1.us-west-2.amazonaws.com", "us-west-2")},
		{name: "Express without sessions", bucket: "mine--usw2-az1--x-s3", env: []string{"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH=true"}, want: sighting{url: "https://mine--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", scope: "us-west-2/s3express"}},
		{name: "Express accelerated", accelerate: true, bucket: "mine--usw2-az1--x-s3", config: s3Block("use_accelerate_endpoint = true"), fails: true},
		{name: "Express with dots", bucket: "my.bucket--usw2-az1--x-s3", fails: true},
		{name: "Express elsewhere", bucket: "mine--usw2-az1--x-s3", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP"}, want: express("http://@/mine--usw2-az1--x-s3", "us-west-2")},
	},
}

// express is a request in a session of S3 Express.
func express(url, region string) sighting {
	place := url[len("https://"):]
	if url[:5] == "http:" {
		place = url[len("http://"):]
	}
	if place[0] != '@' {
		place += "/"
	}
	return sighting{url: url, scope: region + "/s3express", token: "session of ENVKEY at " + place + " " + region + "/s3express"}
}

// Endpoints that are not AWS's own.
var sdkEndpoints = sdkTable{
	env:    append(variables("ENVKEY"), zone("us-west-2")...),
	bucket: "bucket",
	want:   sighting{url: "http://@/bucket", scope: "us-west-2/s3", key: "ENVKEY"},
	cases: []sdkCase{
		{name: "for S3", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP"}},
		{name: "for all", env: []string{"AWS_ENDPOINT_URL=@HTTP"}},
		{name: "for S3 before all", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_ENDPOINT_URL=http://other.test"}},
		{name: "by the profile", config: "[default]\nendpoint_url = @HTTP\n"},
		{name: "by the services section", config: "[default]\nservices = local\n[services local]\ns3 =\n  endpoint_url = @HTTP\n"},
		{name: "services before the profile", config: "[default]\nservices = local\nendpoint_url = http://other.test\n[services local]\ns3 =\n  endpoint_url = @HTTP\n"},
		{name: "for S3 before services", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP"}, config: "[default]\nservices = local\n[services local]\ns3 =\n  endpoint_url = http://other.test\n"},
		{name: "for all before services", env: []string{"AWS_ENDPOINT_URL=@HTTP"}, config: "[default]\nservices = local\n[services local]\ns3 =\n  endpoint_url = http://other.test\n"},
		{name: "for all before the profile", env: []string{"AWS_ENDPOINT_URL=@HTTP"}, config: "[default]\nendpoint_url = http://other.test\n"},
		{name: "services of another service", config: "[default]\nservices = local\nendpoint_url = @HTTP\n[services local]\nsts =\n  endpoint_url = http://other.test\n"},
		{name: "services that are nowhere", config: "[default]\nservices = absent\nendpoint_url = @HTTP\n", unlikeBoto: "refuses the profile"},
		{name: "services of another profile", env: []string{"AWS_ENDPOINT_URL=@HTTP"}, config: "[default]\n[profile p]\nservices = local\n[services local]\ns3 =\n  endpoint_url = http://other.test\n"},
		{name: "an empty variable", env: []string{"AWS_ENDPOINT_URL_S3=", "AWS_ENDPOINT_URL=@HTTP"}},
		{name: "ignored", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, want: placed("https://bucket.s3.us-west-2.amazonaws.com")},
		{name: "ignored by the profile", config: "[default]\nendpoint_url = @HTTP\nignore_configured_endpoint_urls = true\n", want: placed("https://bucket.s3.us-west-2.amazonaws.com")},
		{name: "not ignored", env: []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false"}, config: "[default]\nendpoint_url = @HTTP\nignore_configured_endpoint_urls = true\n"},
		{name: "a slash at the end", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP/"}},
		{name: "a base path", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP/s3/api"}, want: placed("http://@/s3/api/bucket")},
		{name: "a base path with a slash", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP/s3/api/"}, want: placed("http://@/s3/api/bucket")},
		{name: "a bucket with dots", bucket: "bucket.with.dots", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP"}, want: placed("http://@/bucket.with.dots"), unlikeGo: "puts the bucket before the address"},
		{name: "a bucket in upper case", bucket: "BucketName", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP"}, want: placed("http://@/BucketName")},
		{name: "a name over http", env: []string{"AWS_ENDPOINT_URL_S3=http://s3.test"}, want: placed("http://s3.test/bucket"), unlikeGo: "puts the bucket into the host"},
		{name: "a name over https", env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test"}, want: placed("https://s3.test/bucket"), unlikeGo: "puts the bucket into the host"},
		{name: "a name and a port", env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test:9443/"}, want: placed("https://s3.test:9443/bucket"), unlikeGo: "puts the bucket into the host"},
		{name: "a port that goes without saying", pathStyle: true, env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test:443"}, want: placed("https://s3.test/bucket")},
		{name: "a name in path style", pathStyle: true, env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test"}, want: placed("https://s3.test/bucket")},
		{name: "a name in upper case", pathStyle: true, env: []string{"AWS_ENDPOINT_URL_S3=https://S3.Test"}, want: placed("https://s3.test/bucket"), unlikeGo: "sends the name as it is"},
		{name: "a name in virtual style", env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test"}, config: s3Block("addressing_style = virtual"), want: placed("https://bucket.s3.test")},
		{name: "a name and dots over http", bucket: "bucket.with.dots", env: []string{"AWS_ENDPOINT_URL_S3=http://s3.test"}, config: s3Block("addressing_style = virtual"), want: placed("http://bucket.with.dots.s3.test")},
		{name: "a name and dots over https", bucket: "bucket.with.dots", env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test"}, want: placed("https://s3.test/bucket.with.dots")},
		{name: "a base path in virtual style", env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test/base"}, config: s3Block("addressing_style = virtual"), want: placed("https://bucket.s3.test/base")},
		{name: "IPv6", env: []string{"AWS_ENDPOINT_URL_S3=http://[fd00::1]:9000"}, want: placed("http://[fd00::1]:9000/bucket")},
		{name: "a VPC's", pathStyle: true, env: []string{"AWS_ENDPOINT_URL_S3=https://bucket.vpce-0123-abc.s3.us-west-2.vpce.amazonaws.com"}, want: placed("https://bucket.vpce-0123-abc.s3.us-west-2.vpce.amazonaws.com/bucket")},
		{name: "a VPC's without a style", bucket: "mine", env: []string{"AWS_ENDPOINT_URL_S3=https://bucket.vpce-0123-abc.s3.us-west-2.vpce.amazonaws.com"}, want: placed("https://mine.bucket.vpce-0123-abc.s3.us-west-2.vpce.amazonaws.com"), unlikeBoto: "puts the bucket into the path"},
		{name: "a region in the name alone", env: []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL_S3=https://s3.eu-west-1.amazonaws.com"}, want: sighting{url: "https://bucket.s3.eu-west-1.amazonaws.com", scope: "eu-west-1/s3"}, unlikeGo: "wants a region", unlikeBoto: "signs for us-east-1"},
		{name: "AWS's own by its name", env: []string{"AWS_ENDPOINT_URL_S3=https://s3.us-west-2.amazonaws.com"}, want: placed("https://bucket.s3.us-west-2.amazonaws.com"), unlikeBoto: "puts the bucket into the path"},
		{name: "R2", env: zone("auto", "AWS_ENDPOINT_URL_S3=https://0123.r2.cloudflarestorage.com"), want: sighting{url: "https://0123.r2.cloudflarestorage.com/bucket", scope: "auto/s3"}, unlikeGo: "puts the bucket into the host"},
		{name: "GCS", env: zone("auto", "AWS_ENDPOINT_URL_S3=https://storage.googleapis.com"), want: sighting{url: "https://storage.googleapis.com/bucket", scope: "auto/s3"}, unlikeGo: "puts the bucket into the host"},
		{name: "FIPS that counts for nothing", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_USE_FIPS_ENDPOINT=true"}, unlikeGo: "refuses both together"},
		{name: "dual stack that counts for nothing", env: []string{"AWS_ENDPOINT_URL_S3=@HTTP", "AWS_USE_DUALSTACK_ENDPOINT=true"}, unlikeGo: "refuses both together"},
		{name: "access point elsewhere", bucket: "arn:aws:s3:us-west-2:123456789012:accesspoint/mine", env: []string{"AWS_ENDPOINT_URL_S3=https://s3.test"}, want: placed("https://mine-123456789012.s3.test")},

		{name: "no scheme", env: []string{"AWS_ENDPOINT_URL_S3=s3.test"}, fails: true},
		{name: "another scheme", env: []string{"AWS_ENDPOINT_URL_S3=ftp://s3.test"}, fails: true},
		{name: "no host", env: []string{"AWS_ENDPOINT_URL_S3=http://"}, fails: true, unlikeGo: "makes a host of the bucket"},
		{name: "no port", env: []string{"AWS_ENDPOINT_URL_S3=http://s3.test:port"}, fails: true},
		{name: "accelerated elsewhere", accelerate: true, env: []string{"AWS_ENDPOINT_URL_S3=@HTTP"}, config: s3Block("use_accelerate_endpoint = true"), unlikeGo: "refuses both together", unlikeBoto: "refuses both together"},
	},
}
