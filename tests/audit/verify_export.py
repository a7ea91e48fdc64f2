#!/usr/bin/env python3
"""Verifies `tagwarden audit export` without tagwarden; exits with 1 and says what is wrong.

usage: verify_export.py FILE [KEY]     KEY as `tagwarden audit key` showed it; without it, the export's own word counts
Wants Python 3 and the program openssl. Knows nothing but what `tagwarden audit export --help` says.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile

DER = bytes.fromhex("302a300506032b6570032100")  # what stands before an Ed25519 key in a public key file
SEALED = ("approved", "started", "rollback_started")  # never written without a checkpoint


def signed(text, signature_line, key):
    name, key_id, packed = key.split("+", 2)
    public = base64.b64decode(packed)
    digest = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    dash, signer, blob = signature_line.split(" ")
    blob = base64.b64decode(blob)
    if (dash, signer, blob[:4]) != ("\u2014", name, digest) or key_id != digest.hex():
        return False
    with tempfile.NamedTemporaryFile() as pub, tempfile.NamedTemporaryFile() as sig, tempfile.NamedTemporaryFile() as msg:
        for file, content in ((pub, DER + public[1:]), (sig, blob[4:]), (msg, text.encode())):
            file.write(content), file.flush()
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", pub.name, "-rawin", "-sigfile", sig.name, "-in", msg.name]
        return subprocess.run(command, capture_output=True).returncode == 0


def verify(lines, trusted):
    links, key, sealed, sizes, keys = [b"\0" * 32], None, [], set(), {0: None}
    for line in lines:
        row = json.loads(line)
        if "body" in row:
            seq, body = len(links), json.loads(row["body"])
            link = hashlib.sha256(b"tagwarden journal v1\n" + links[-1] + row["body"].encode()).digest()
            if (row["seq"], body["seq"], row["before"], row["link"]) != (seq, seq, links[-1].hex(), link.hex()):
                return f"entry {seq} is not what was written"
            links.append(link)
            if body["fact"].get("what", {}).get("event") == "opened":
                key = keys[seq] = body["fact"]["what"].get("checkpoint_key")
            sealed += [seq] if key and body["fact"].get("event") in SEALED else []
        elif "checkpoint" in row:
            text, signature = row["note"].rstrip("\n").split("\n\n")
            origin, size, link, own = text.split("\n")
            word, number, _ = own.split(" ")
            if (word, int(number), row["checkpoint"], row["size"]) != ("checkpoint", len(sizes) + 1, len(sizes) + 1, int(size)):
                return f"checkpoint {len(sizes) + 1} is missing or changed"
            if int(size) >= len(links) or links[int(size)] != base64.b64decode(link):
                return f"checkpoint {number} vouches for other entries"
            in_use = trusted or keys[max(seq for seq in keys if seq <= int(size))]
            if not in_use or not signed(text + "\n", signature, in_use):
                return f"checkpoint {number} is not signed by the key in use"
            sizes.add(int(size))
    missing = [seq for seq in sealed if seq not in sizes]
    return f"entry {missing[0]} has lost its checkpoint" if missing else None


wrong = verify(open(sys.argv[1], encoding="utf-8"), sys.argv[2] if len(sys.argv) > 2 else None)
print(wrong or "the export is whole")
sys.exit(1 if wrong else 0)
