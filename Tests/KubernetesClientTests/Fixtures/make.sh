#!/usr/bin/env bash
# Makes the certificates of the client's tests anew, valid for a hundred years.
set -eu
cd "$(dirname "$0")"
days=36500
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key.pem"; }
authority() {
    key "$1"
    openssl req -x509 -new -key "$1.key.pem" -subj "/CN=$1" -days $days -out "$1.pem" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}
leaf() {
    key "$1"
    openssl req -new -key "$1.key.pem" -subj "$2" |
        openssl x509 -req -CA authority.pem -CAkey authority.key.pem -CAcreateserial -days $days -out "$1.pem" \
            -extfile <(printf '%s\n' "$3" "keyUsage=critical,digitalSignature" "$4")
}
authority authority
authority other-authority
leaf server "/CN=kube-apiserver" "extendedKeyUsage=serverAuth" "subjectAltName=IP:127.0.0.1,DNS:kubernetes.test"
leaf client "/O=system:masters/CN=admin" "extendedKeyUsage=clientAuth" "basicConstraints=CA:FALSE"
leaf renewed-client "/O=system:masters/CN=admin" "extendedKeyUsage=clientAuth" "basicConstraints=CA:FALSE"
rm -f authority.key.pem other-authority.key.pem authority.srl
