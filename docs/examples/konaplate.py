#!/usr/bin/python3
"""One call of the KONA PLATE API in Python, with jwcrypto (Debian: python3-jwcrypto) and the standard library.

    konaplate.py CREDENTIALS PATH BODY
    konaplate.py credentials.json /api/v1/payment/generate/barcode-spec \\
        '{"cardNo":"9410000000000005","type":"CHARGE","amount":10000}'

Prints the answer's body. Exit code 0 for HTTP 200, 1 for any other, 2 when something does not fit. As a module: `Client`.
"""
import base64
import hashlib
import hmac
import json
import secrets
import sys
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

from jwcrypto import jwe, jwk

KOREA = timezone(timedelta(hours=9))


def korean_time():
    """yyyyMMddHHmmssSSS"""
    return datetime.now(KOREA).strftime("%Y%m%d%H%M%S%f")[:17]


class Distrust(Exception):
    """The answer does not prove itself: it says nothing, ask again with inquiry."""


class Client:
    """One call, one request: never repeated here, because a repeated token is refused and an outcome may be open."""

    def __init__(self, credentials, enc="A128GCM", timeout=20):
        self.credentials, self.enc, self.timeout = credentials, enc, timeout
        self._server_key = jwk.JWK.from_pem(credentials["serverPublicKey"].encode())
        self._own_key = jwk.JWK.from_pem(credentials["clientPrivateKey"].encode())
        # Redirects would carry a signed request elsewhere.
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))

    def token(self, data, time):
        digest = hmac.new(self.credentials["secretKey"].encode(), data, hashlib.sha256).digest()
        return f"KMV1:{time}:{base64.b64encode(digest).decode()}"

    def call(self, path, body):
        """Returns (HTTP status, body). Answers of the store's side are checked: unsigned ones raise Distrust."""
        protected = json.dumps({"enc": self.enc, "alg": "RSA-OAEP-256"})
        message = jwe.JWE(json.dumps(body).encode(), protected=protected, recipient=self._server_key)
        sent = json.dumps({"encData": message.serialize(compact=True)}).encode()
        time = korean_time()
        request = urllib.request.Request(self.credentials["baseUrl"] + path, data=sent, headers={
            "Content-Type": "application/json",
            "X-KM-User-AspId": self.credentials["aspId"],
            "X-KM-Correlation-Id": f"{time[2:14]}-{secrets.token_hex(4)[:7]}",
            "X-KM-Access-Key": self.credentials["accessKey"],
            "X-KM-Crypto-Key-Id": self.credentials["cryptoKeyId"],
            "X-KM-Tran-Token": self.token(sent, time),
            "X-KM-Tran-Time": time[:14],
            "X-KM-Time-Zone": "KST",
        })
        try:
            answer = self._opener.open(request, timeout=self.timeout)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            data, status = answer.read(1_000_000), answer.status
            self._check(data, answer.headers.get("X-KM-Tran-Token"), "operation" in body)
        value = json.loads(data)  # ValueError: a captive portal's page, say
        if "encData" in value:
            opened = jwe.JWE()
            opened.deserialize(value["encData"], key=self._own_key)
            value = json.loads(opened.payload)
        for name in ("operation", "requestedAt", "merchantId", "terminalId", "sequenceId", "cancelId"):
            if "operation" in body and value.get(name) != body.get(name):
                raise Distrust(f"the answer is for another {name}")
        return status, value

    def _check(self, data, token, needed):
        if token is None and not needed:
            return
        if token is None or not hmac.compare_digest(token, self.token(data, token[5:22])):
            raise Distrust("the answer is not signed by the issuer")

    def store(self, operation, path, journal_index=0, journal_head="0" * 64, epoch=0, **members):
        """A call of the store's side, with the members that all of them carry."""
        return self.call(path, {
            "operation": operation,
            "requestedAt": korean_time(),
            "merchantId": self.credentials["merchantId"],
            "terminalId": self.credentials["terminalId"],
            "epoch": epoch,
            "journalIndex": journal_index,
            "journalHead": journal_head,
            **members,
        })


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def items_digest(items):
    """SHA-256 over the sorted lines of a close."""
    lines = sorted(
        f"{i['sequenceId']}|{i['type']}|{i['amount']}|{i['state']}|{i['businessDate']}\n".encode() for i in items
    )
    return hashlib.sha256(b"".join(lines)).hexdigest()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        client = Client(json.load(file))
    try:
        status, value = client.call(sys.argv[2], json.loads(sys.argv[3]))
    except (Distrust, OSError, ValueError) as fault:
        print(f"nothing is known of the outcome: {fault}", file=sys.stderr)
        sys.exit(2)
    print(json.dumps(value, ensure_ascii=False))
    sys.exit(0 if status == 200 else 1)
