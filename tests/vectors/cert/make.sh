#!/bin/sh
# Made the *.der here, with OpenSSL 3.0; a second run makes others of the same
# contents. usage: make.sh DIRECTORY
set -eu
cd "$1"

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key 2>log
mkdir issued

# cert NAME SUBJECT EXTENSIONS FROM TO
cert() {
	: >index
	printf '%b' "$3" >ext
	printf '%s\n' '[ca]' 'default_ca = d' '[d]' 'new_certs_dir = issued' \
		'database = index' 'rand_serial = yes' 'default_md = sha256' \
		'policy = p' '[p]' 'commonName = optional' \
		'organizationName = optional' >cnf
	openssl req -new -key key -subj "$2" -out csr 2>>log
	openssl ca -batch -config cnf -selfsign -keyfile key -in csr -out crt \
		-notext -extfile ext -startdate "$4" -enddate "$5" 2>>log
	openssl x509 -in crt -outform DER -out "$1.der"
}

a=240101000000Z b=340101000000Z
san=subjectAltName=

cert names /O=Org/CN=Label "${san}DNS:s3.test,DNS:*.s3.test,DNS:UPPER.test,\
DNS:a*.part.test,DNS:*.*.two.test,DNS:*,DNS:tail.test.,\
email:mail.test@mail.test,URI:http://uri.test/,IP:192.0.2.1,IP:2001:db8::1\
\nextendedKeyUsage=serverAuth,clientAuth\n" $a $b
# a name with a NUL, the empty name, "*.", and an address of 5 bytes
cert odd /CN=odd.test "${san}DER:30:1c:82:0a:6e:75:6c:2e:74:65:73:74:00:78:\
82:00:82:02:2a:2e:82:01:2e:87:05:c0:00:02:01:00\n" $a $b
cert none /CN=s3.test 'keyUsage=digitalSignature\n' $a $b
cert emptysan /O=Only "${san}DER:30:00\n" $a $b
cert client /CN=c "${san}DNS:s3.test\nextendedKeyUsage=clientAuth\n" $a $b
cert any /CN=c "${san}DNS:s3.test\nextendedKeyUsage=anyExtendedKeyUsage\n" \
	$a $b
cert forever /CN=c "${san}DNS:s3.test\n" 19500101000000Z 99991231235959Z
cert lastutc /CN=c "${san}DNS:s3.test\n" 500101000000Z 491231235959Z
openssl x509 -req -in csr -signkey key -days 3650 -outform DER -out v1.der \
	2>>log
