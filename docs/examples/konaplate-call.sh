#!/bin/bash
# One call of the KONA PLATE API with curl and openssl alone (and bash, sed, od, tr): encrypts, signs, sends, checks, decrypts.
#
#   konaplate-call.sh CREDENTIALS PATH BODY
#   konaplate-call.sh credentials.json /api/v1/payment/generate/barcode-spec \
#       '{"cardNo":"9410000000000005","type":"CHARGE","amount":10000}'
#
# Prints the answer's body. Exit code 0 for HTTP 200, 1 for any other, 2 when something does not fit.
# openssl's command line has no AES-GCM, so its two halves stand here by hand: counter mode by openssl, GHASH in bash.
set -euo pipefail

credentials=$(<"$1") path=$2 body=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Programs are few here on purpose: starting one costs more than all the arithmetic.
field() { [[ $credentials =~ \"$1\":\ *\"([^\"]*)\" ]] && printf -v "$2" '%s' "${BASH_REMATCH[1]}"; }
to_hex() { local text; text=$(od -An -v -tx1); printf '%s' "${text//[[:space:]]/}"; }
from_hex() {
  local text at escaped=''
  read -r text
  for (( at = 0; at < ${#text}; at += 2 )); do escaped+="\\x${text:at:2}"; done
  printf '%b' "$escaped"
}
base64url() { local text; text=$(openssl base64 -A); text=${text//+/-} text=${text//\//_}; printf '%s' "${text//=/}"; }
from_base64url() {
  local text; text=$(cat); text=${text//-/+} text=${text//_/\/}
  while (( ${#text} % 4 )); do text+='='; done
  printf '%s' "$text" | openssl base64 -d -A
}
wrong() { echo "$1" >&2; exit 2; }

# ecb KEYHEX BLOCKHEX: one AES block.
ecb() { from_hex <<<"$2" | openssl enc -e "-aes-$(( ${#1} * 4 ))-ecb" -K "$1" -nopad | to_hex; }
# ctr KEYHEX IVHEX: counter mode over standard input, as GCM runs it (the first counter is 2).
ctr() { openssl enc -e "-aes-$(( ${#1} * 4 ))-ctr" -K "$1" -iv "${2}00000002"; }

# ghash HHEX DATAHEX: GHASH over whole blocks (NIST SP 800-38D 6.4), as four 32-bit words; the multiples of H are made once.
ghash() {
  local h=$1 data=$2 at i word lsb v0 v1 v2 v3 z0 z1 z2 z3 y0=0 y1=0 y2=0 y3=0
  local -a t0 t1 t2 t3
  v0=$(( 16#${h:0:8} )) v1=$(( 16#${h:8:8} )) v2=$(( 16#${h:16:8} )) v3=$(( 16#${h:24:8} ))
  for (( i = 0; i < 128; i++ )); do
    t0[i]=$v0 t1[i]=$v1 t2[i]=$v2 t3[i]=$v3
    (( lsb = v3 & 1, v3 = (v3 >> 1) | ((v2 & 1) << 31), v2 = (v2 >> 1) | ((v1 & 1) << 31),
       v1 = (v1 >> 1) | ((v0 & 1) << 31), v0 = (v0 >> 1) ^ (lsb * 0xe1000000), 1 ))
  done
  for (( at = 0; at < ${#data}; at += 32 )); do
    (( y0 ^= 16#${data:at:8}, y1 ^= 16#${data:at+8:8}, y2 ^= 16#${data:at+16:8}, y3 ^= 16#${data:at+24:8}, z0 = z1 = z2 = z3 = 0, 1 ))
    i=0
    for word in $y0 $y1 $y2 $y3; do
      for (( lsb = i + 31; word; word >>= 1, lsb-- )); do
        (( word & 1 )) && (( z0 ^= t0[lsb], z1 ^= t1[lsb], z2 ^= t2[lsb], z3 ^= t3[lsb], 1 ))
      done
      (( i += 32 ))
    done
    y0=$z0 y1=$z1 y2=$z2 y3=$z3
  done
  printf '%08x%08x%08x%08x' "$y0" "$y1" "$y2" "$y3"
}

padded() { local text=$1; while (( ${#text} % 32 )); do text+='0'; done; printf '%s' "$text"; }
# gcm_tag KEYHEX IVHEX AADHEX TEXTHEX
gcm_tag() {
  local lengths digest mask i tag=''
  lengths=$(printf '%016x%016x' $(( ${#3} * 4 )) $(( ${#4} * 4 )))
  digest=$(ghash "$(ecb "$1" 00000000000000000000000000000000)" "$(padded "$3")$(padded "$4")$lengths")
  mask=$(ecb "$1" "${2}00000001")
  for (( i = 0; i < 32; i += 8 )); do tag+=$(printf '%08x' $(( 16#${digest:i:8} ^ 16#${mask:i:8} ))); done
  printf '%s' "$tag"
}

oaep=(-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256)
for name in baseUrl aspId accessKey secretKey cryptoKeyId serverPublicKey clientPrivateKey; do field "$name" "$name"; done
printf '%b' "$serverPublicKey" >"$work/server.pem"
printf '%b' "$clientPrivateKey" >"$work/client.pem"
sign() { openssl dgst -sha256 -mac HMAC -macopt "key:$secretKey" -binary | openssl base64 -A; }

# 1. Encrypt: a compact JWE, RSA-OAEP-256 and A128GCM.
key=$(openssl rand -hex 16) iv=$(openssl rand -hex 12)
header=$(printf '%s' '{"enc":"A128GCM","alg":"RSA-OAEP-256"}' | base64url)
wrapped=$(from_hex <<<"$key" | openssl pkeyutl -encrypt -pubin -inkey "$work/server.pem" "${oaep[@]}" | base64url)
text=$(printf '%s' "$body" | ctr "$key" "$iv" | to_hex)
tag=$(gcm_tag "$key" "$iv" "$(printf '%s' "$header" | to_hex)" "$text")
envelope='{"encData":"'$header.$wrapped.$(from_hex <<<"$iv" | base64url).$(from_hex <<<"$text" | base64url).$(from_hex <<<"$tag" | base64url)'"}'

# 2. Sign the exact body, 3. send it.
time=$(TZ=KST-9 date +%Y%m%d%H%M%S%3N) correlation=$(openssl rand -hex 4)
printf '%s' "$envelope" >"$work/request"
status=$(curl -sS -o "$work/answer" -D "$work/headers" -w '%{http_code}' --data-binary @"$work/request" \
  -H 'Content-Type: application/json' \
  -H "X-KM-User-AspId: $aspId" \
  -H "X-KM-Correlation-Id: ${time:2:12}-${correlation:0:7}" \
  -H "X-KM-Access-Key: $accessKey" \
  -H "X-KM-Crypto-Key-Id: $cryptoKeyId" \
  -H "X-KM-Tran-Token: KMV1:$time:$(printf '%s' "$envelope" | sign)" \
  -H "X-KM-Tran-Time: ${time:0:14}" \
  -H 'X-KM-Time-Zone: KST' \
  "$baseUrl$path")

# 4. The store's side signs its answers: check it over the exact bytes.
token=$(sed -n 's/^[Xx]-[Kk][Mm]-[Tt]ran-[Tt]oken: \([^\r]*\).*$/\1/p' "$work/headers")
if [[ -z $token && $body == *'"operation"'* ]]; then
  wrong "the answer is not signed, so nothing is known; it says: $(<"$work/answer")"
elif [[ -n $token ]]; then
  [[ ${token:23} == "$(sign <"$work/answer")" ]] || wrong 'the answer is not signed by the issuer'
fi

# 5. Decrypt; errors are plain.
answer=$(<"$work/answer")
if [[ $answer == '{"encData":"'* ]]; then
  jwe=${answer#*:\"}
  IFS=. read -r header wrapped iv text tag <<<"${jwe%\"\}}"
  key=$(from_base64url <<<"$wrapped" | openssl pkeyutl -decrypt -inkey "$work/client.pem" "${oaep[@]}" | to_hex)
  iv=$(from_base64url <<<"$iv" | to_hex) text=$(from_base64url <<<"$text" | to_hex) tag=$(from_base64url <<<"$tag" | to_hex)
  [[ $tag == "$(gcm_tag "$key" "$iv" "$(printf '%s' "$header" | to_hex)" "$text")" ]] || wrong 'the answer was changed on the way'
  answer=$(from_hex <<<"$text" | ctr "$key" "$iv")
fi
printf '%s\n' "$answer"
[[ $status == 200 ]]
