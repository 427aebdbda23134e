#!/bin/sh
# Makes the certificates of test_tls.c.
# usage: tls_certs.sh DIRECTORY
#
# NAME.crt is a certificate, NAME.chain what a server sends after the one that
# NAME has signed. The test says which key belongs to which.
set -eu
cd "$1"
mkdir issued

from=20240101000000Z
to=20540101000000Z

run() {
	openssl "$@" 2>>log || {
		tail -n 5 log >&2
		exit 1
	}
}

for bits in 1024 2048 4096; do
	run genrsa -out rsa$bits.key $bits
done
for curve in P-256 P-384 P-521; do
	run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:$curve \
		-out $curve.key
done
run genpkey -algorithm ED25519 -out ed25519.key
for ca in ca other inter late nca constrained imposter; do
	cp P-256.key $ca.key
done
for ca in other imposter; do
	run genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $ca.key
done

# sign NAME KEY SUBJECT ISSUER EXTENSIONS [FROM TO [OPTION...]]
sign() {
	name=$1 key=$2 subject=$3 issuer=$4 extensions=$5
	start=${6:-$from} end=${7:-$to}
	shift 5
	[ $# -eq 0 ] || shift 2
	: >index
	printf '%b' "$extensions" >ext
	cat >cnf <<-END
		[ca]
		default_ca = d
		[d]
		new_certs_dir = issued
		database = ./index
		rand_serial = yes
		unique_subject = no
		default_md = sha256
		policy = p
		x509_extensions = none
		[p]
		commonName = optional
		organizationName = optional
		[none]
	END
	run req -new -key "$key" -subj "$subject" -out csr
	if [ "$issuer" = self ]; then
		set -- -selfsign -keyfile "$key" "$@"
	else
		set -- -cert "$issuer.crt" -keyfile "$issuer.key" "$@"
	fi
	run ca -batch -notext -config cnf -in csr -out "$name.crt" \
		-extfile ext -startdate "$start" -enddate "$end" "$@"
}

is_ca='basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n'
san='subjectAltName='

sign ca ca.key "/CN=Test CA" self "$is_ca"
sign other other.key "/CN=Other CA" self "$is_ca"
sign imposter imposter.key "/CN=Test CA" self "$is_ca"
sign inter inter.key "/CN=Intermediate" ca "$is_ca"
sign late late.key "/CN=Late" ca "$is_ca" 20200101000000Z 20200201000000Z
sign nca nca.key "/CN=No CA" ca 'basicConstraints=CA:false'
sign constrained constrained.key "/CN=Constrained" ca \
	"${is_ca}nameConstraints=critical,permitted;DNS:s3.test\n"

k=P-256.key
sign dns $k "/CN=x" ca "${san}DNS:s3.test"
sign wild $k "/CN=x" ca "${san}DNS:*.s3.test,DNS:b.c.test,DNS:d,DNS:e"
sign ip $k "/CN=x" ca "${san}IP:127.0.0.1,IP:::1"
sign ipasname $k "/CN=x" ca "${san}DNS:127.0.0.1"
sign cn $k "/CN=s3.test" ca 'keyUsage=digitalSignature'
sign expired $k "/CN=x" ca "${san}DNS:s3.test" 20200101000000Z 20200201000000Z
sign future $k "/CN=x" ca "${san}DNS:s3.test" 20440101000000Z 20450101000000Z
sign client $k "/CN=x" ca "${san}DNS:s3.test\nextendedKeyUsage=clientAuth"
sign both $k "/CN=x" ca \
	"${san}DNS:s3.test\nextendedKeyUsage=clientAuth,serverAuth"
sign any $k "/CN=x" ca \
	"${san}DNS:s3.test\nextendedKeyUsage=anyExtendedKeyUsage"
sign critical $k "/CN=x" ca \
	"${san}DNS:s3.test\nextendedKeyUsage=critical,serverAuth"
sign nosign $k "/CN=x" ca "${san}DNS:s3.test\nkeyUsage=keyAgreement"
sign unknown $k "/CN=x" other "${san}DNS:s3.test"
sign imposed $k "/CN=x" imposter "${san}DNS:s3.test"
sign self $k "/CN=self" self "${san}DNS:s3.test\nbasicConstraints=CA:false"
sign selfca $k "/CN=selfca" self "${san}DNS:s3.test\nbasicConstraints=CA:true"
for p in P-384 P-521 rsa1024 rsa2048 rsa4096 ed25519; do
	sign $p $p.key "/CN=x" ca "${san}DNS:s3.test"
done
names=$(seq -f 'DNS:n%g.test' -s , 899)
sign large $k "/CN=x" ca "$san$names"
names=$(seq -f 'DNS:n%g.test' -s , 1499)
sign toolarge $k "/CN=x" ca "$san$names"
sign sha1 $k "/CN=x" ca "${san}DNS:s3.test" $from $to -md sha1

# an RSA authority, for signatures that only RSA has
cp rsa2048.key rsaca.key
sign rsaca rsaca.key "/CN=RSA CA" self "$is_ca"
sign byrsa rsa2048.key "/CN=x" rsaca "${san}DNS:s3.test"
sign pss rsa2048.key "/CN=x" rsaca "${san}DNS:s3.test" $from $to \
	-sigopt rsa_padding_mode:pss
cat rsaca.crt >>ca.crt

for above in inter late nca constrained; do
	sign by$above $k "/CN=x" $above "${san}DNS:s3.test"
	cp $above.crt $above.chain
done
cat ca.crt >>inter.chain # a root that nobody needs
