"""A day of a store in Python, by docs/examples/konaplate.py alone: what docs/integrator.md says, step by step.

Standard input: the credentials, and under "enc" the content encryption. Standard output: one line per step, "name code", and
the figures at the end. Nothing of kona-till runs here.
"""
import json
import os
import secrets
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../docs/examples"))
sys.dont_write_bytecode = True
from konaplate import Client, items_digest, korean_time  # noqa: E402

task = json.load(sys.stdin)
client = Client(task, enc=task["enc"])
card = task["cards"][2]["cardNo"]
PAYMENT, SETTLEMENT = "/api/v1/payment/barcode", "/api/v1/settlement"
index = 0


def said(name, answer):
    status, value = answer
    print(name, status, value["response"]["code"], value.get("result", ""))
    return value


def store(operation, path, **members):
    """Each call of a terminal that has a journal of its own: the next index, another head."""
    global index
    index += 1
    return client.store(operation, path, index, f"{index:064x}", terminalId=task["terminal"], **members)


def spec(type_, amount):
    body = {"cardNo": card, "type": type_, "amount": amount}
    return said("barcode-spec", client.call("/api/v1/payment/generate/barcode-spec", body))["barcodeSpec"]


def approve(type_, amount):
    item = {"sequenceId": korean_time()[2:14] + secrets.token_hex(9), "type": type_, "amount": amount}
    wish = {**item, "barcodeSpec": spec(type_, amount), "scannedAt": korean_time(), "deferred": False}
    first = said("approve", store("approve", PAYMENT + "/approve", **wish))
    again = said("approve", store("approve", PAYMENT + "/approve", **wish))
    assert first["nrNumber"] == again["nrNumber"]
    return item, first["nrNumber"]


hello = said("hello", store("hello", "/api/v1/terminal/hello", machineId="ab" * 32, agentVersion="1", backlogCount=0))
day = hello["openBusinessDate"]
before = said("info", client.call("/api/v1/user/card/info", {"cardNo": card}))
token = said("token", client.call("/api/v2/payment/generate/onetimetoken", {"cardNo": card}))
assert len(token["oneTimeToken"]) == 16 and len(token["dcvv"]) == 3

charged, _ = approve("CHARGE", 10_000)
said("inquiry", store("inquiry", PAYMENT + "/result/inquiry", sequenceId=charged["sequenceId"]))
paid, _ = approve("REFUND", 5_000)
said("netcancel", store("netcancel", PAYMENT + "/netcancel", **paid, reason="NOT_PAID"))
voided, number = approve("CHARGE", 7_000)
proof = {"cancelId": "V" + secrets.token_hex(10), "nrNumber": number, "cardProof": spec("CHARGE", 0)}
said("cancel", store("cancel", PAYMENT + "/cancel", **voided, **proof))
said("cancel", store("cancel", PAYMENT + "/cancel", **voided, **proof))

items, cursor = [], {}
while True:
    page = said("transactions", store("transactions", SETTLEMENT + "/transactions", businessDate=day, limit=2, **cursor))
    items += page["items"]
    if "nextCursor" not in page:
        break
    cursor = {"cursor": page["nextCursor"]}
figures = {"businessDate": day, "totals": page["totals"], "openItems": []}
said("close", store("close", SETTLEMENT + "/close", **figures, closeNo=1, itemsDigest="0" * 64))
said("close", store("close", SETTLEMENT + "/close", **figures, closeNo=2, itemsDigest=items_digest(items)))
later, _ = approve("CHARGE", 1_000)
refused = said("netcancel", store("netcancel", PAYMENT + "/netcancel", **charged, reason="MANAGER"))
past = {"par": before["par"], "startDate": day, "endDate": day, "pageSize": 1}
pages = [said("history", client.call("/api/v1/transaction/card", {**past, "page": page})) for page in (1, 4)]
after = said("info", client.call("/api/v1/user/card/info", {"cardNo": card}))
print(json.dumps({
    "moved": after["balance"] - before["balance"],
    "states": sorted(f"{item['type']} {item['amount']} {item['state']}" for item in items),
    "history": [[one["amount"], one["canceled"]] for page in pages for one in page["transactions"]],
    "total": pages[0]["totalCount"],
}))
