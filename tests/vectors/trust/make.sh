#!/bin/sh
# Made the *.pem here, with OpenSSL 3.0. usage: make.sh DIRECTORY
set -eu
cd "$1"

# self NAME SUBJECT DAYS CA
self() {
	openssl req -x509 -key "$1.key" -subj "$2" -days "$3" -out "$1.pem" \
		-config cnf -addext "basicConstraints=critical,CA:$4"
}

printf '%s\n' '[req]' 'distinguished_name = dn' '[dn]' >cnf
for bits in 1024 8192; do
	openssl genrsa -out $bits.key $bits
done
openssl genrsa -out ca.key 2048
openssl genpkey -algorithm ED25519 -out ed.key
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key
self ca '/CN=Test CA' 10000 true
self server '/CN=server' 10000 false
for weak in 1024 8192 ed; do
	self $weak '/CN=weak' 10000 true
	cat $weak.pem >>weak.pem
done
