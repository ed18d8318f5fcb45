"""Another JOSE implementation (python3-jwcrypto): writes a request's JWE, reads an answer's.

Standard input: one JSON object, {"do": "encrypt", "key": PEM, "text": ..., "enc": ...} or {"do": "decrypt", "key": PEM, "jwe": ...}.
Standard output: the JWE, or the plaintext.
"""
import json
import sys

from jwcrypto import jwe, jwk

task = json.load(sys.stdin)
key = jwk.JWK.from_pem(task["key"].encode())
if task["do"] == "encrypt":
    header = json.dumps({"enc": task["enc"], "alg": "RSA-OAEP-256"})
    token = jwe.JWE(task["text"].encode(), protected=header, recipient=key)
    sys.stdout.write(token.serialize(compact=True))
else:
    token = jwe.JWE()
    token.deserialize(task["jwe"], key=key)
    sys.stdout.write(token.payload.decode())
