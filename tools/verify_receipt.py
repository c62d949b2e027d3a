#!/usr/bin/env python3
"""核验基层平台的回执或台账导出文件，无需联网，也无需本系统的服务器。

Needs nothing but the standard library of Python 3.8 or later. Ed25519 (RFC 8032), the Merkle tree
(RFC 9162) and SM3 (GB/T 32905-2016) are written out below: this file is all one has to trust.

    python3 verify_receipt.py FILE [--key HEX]... [--origin NAME] [--epoch N] [--anchor FILE]
An export needs ``verify_export.py`` beside it. Exit codes: 0 it holds, 1 it could not be checked,
2 it does not hold.
"""

import argparse
import base64
import hashlib
import json
import operator
import pathlib
import re
import runpy
import sys

SENTENCES = {
    "sealed_ok": "回执有效：记录已封存，内容未被改动。",
    "accepted_ok": "回执有效：记录已受理，正在等待封存。封存后请另取回执。",
    "malformed": "这不是一份完整的回执或导出文件。",
    "format_unknown": "不认识的文件格式。",
    "origin_mismatch": "出自另一个台账。",
    "key_id_mismatch": "密钥编号与公钥不符。",
    "key_untrusted": "由不认识的密钥签名。",
    "key_retired": "签名所用的密钥在当时无权签名。",
    "leaf_mismatch": "记录内容与哈希值不符，内容已被改动。",
    "promise_bad": "受理签名不正确。",
    "checkpoint_malformed": "检查点无法读取。",
    "epoch_mismatch": "纪元与检查点的纪元不一致。",
    "epoch_older": "出自较早的纪元，不是所要求的纪元。",
    "signature_bad": "检查点签名不正确。",
    "algorithm_unknown": "证明所用的算法不对，应同时有 SHA-256 与 SM3。",
    "tree_empty": "检查点的大小为零，不能证明任何记录。",
    "index_out_of_range": "记录位置超出检查点的大小。",
    "proof_length": "证明路径的长度不对。",
    "proof_mismatch": "证明路径得不出检查点的根哈希。",
    "opening_mismatch": "回执所附的内容与记录中的承诺值不符。",
}

LEAF_FIELDS = ("at", "by", "by_title", "event", "payload", "subject", "uid")
COMMON = ["format", "stage", "origin", "entry", "leaf_sha256", "leaf_sm3", "key_id", "public_key"]
STAGES = {"accepted": ["promise"], "sealed": ["epoch", "position", "checkpoint", "proof"]}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
CHECKPOINT = re.compile(
    r"([^\s+]+)/([1-9]\d{0,9})\n(0|[1-9]\d{0,18})\n([A-Za-z0-9+/]{43}=)\n"
    r"sm3 ([A-Za-z0-9+/]{43}=)\ntime (\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z)\n",
    re.ASCII,
)


class Fault(Exception):
    """Why something does not hold."""

    def __init__(self, code, place=""):
        super().__init__(code)
        self.code, self.place = code, place


def require(condition, code, place=""):
    """Raise a ``Fault`` unless ``condition`` holds."""
    if not condition:
        raise Fault(code, place)


# Ed25519, RFC 8032 §5.1, in extended coordinates.

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return x * y % P, z * t % P, y * z % P, x * t % P


def _times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _point(data):
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verifies(public, signature, message):
    """Tell whether ``signature`` (64 bytes) is that of ``public`` (32 bytes) over ``message``."""
    key, s = _point(public), int.from_bytes(signature[32:], "little")
    if key is None or len(signature) != 64 or s >= Q:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    minus = (P - key[0], key[1], 1, P - key[3])
    k = int.from_bytes(digest, "little") % Q
    x, y, z, _t = _add(_times(s, BASE), _times(k, minus))
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# SM3, GB/T 32905-2016, for interpreters whose OpenSSL lacks it.

WORD = 0xFFFFFFFF


def _turn(x, n):
    n %= 32
    return (x << n | x >> 32 - n) & WORD


def _sm3_block(state, block):
    w = [int.from_bytes(block[i : i + 4], "big") for i in range(0, 64, 4)]
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _turn(w[j - 3], 15)
        w.append(x ^ _turn(x, 15) ^ _turn(x, 23) ^ _turn(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _turn(_turn(a, 12) + e + _turn(constant, j) & WORD, 7)
        ff = a ^ b ^ c if j < 16 else a & b | a & c | b & c
        gg = e ^ f ^ g if j < 16 else e & f | ~e & g
        tt1 = ff + d + (ss1 ^ _turn(a, 12)) + (w[j] ^ w[j + 4]) & WORD
        tt2 = gg + h + ss1 + w[j] & WORD
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
    return list(map(operator.xor, state, (a, b, c, d, e, f, g, h)))


def own_sm3(data):
    """Return the SM3 digest of ``data``, computed here."""
    state = [
        0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
        0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
    ]  # fmt: skip
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64)
    padded += (8 * len(data)).to_bytes(8, "big")
    for i in range(0, len(padded), 64):
        state = _sm3_block(state, padded[i : i + 64])
    return b"".join(word.to_bytes(4, "big") for word in state)


def sm3(data):
    """Return the SM3 digest of ``data``, by OpenSSL where it can."""
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:
        return own_sm3(data)


def sha256(data):
    """Return the SHA-256 digest of ``data``."""
    return hashlib.sha256(data).digest()


ALGORITHMS = {"sha256": sha256, "sm3": sm3}


def path_length(index, size):
    """Return how many hashes a proof of leaf ``index`` in a tree of ``size`` has."""
    length, low, high = 0, 0, size
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        low, high = (low, middle) if index < middle else (middle, high)
        length += 1
    return length


def root_of_path(hash_of, leaf, index, size, path):
    """Return the root that a proof leads to."""
    require(size, "tree_empty")
    require(0 <= index < size, "index_out_of_range", f"位置 {index}，大小 {size}")
    length = path_length(index, size)
    require(len(path) == length, "proof_length", f"应有 {length} 个，实有 {len(path)} 个")
    last, node = size - 1, leaf
    for sibling in path:
        if index & 1 or index == last:
            node = hash_of(b"\x01" + sibling + node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hash_of(b"\x01" + node + sibling)
        index, last = index >> 1, last >> 1
    return node


def hexadecimal(value, size):
    require(isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{2 * size}}}", value), "malformed")
    return bytes.fromhex(value)


def leaf_bytes(entry):
    """Return the bytes that are hashed for an entry: canonical JSON, the payload as it stands."""
    require(isinstance(entry, dict) and sorted(entry) == sorted(LEAF_FIELDS), "malformed")
    require(all(isinstance(value, str) for value in entry.values()), "malformed")
    require(INSTANT.fullmatch(entry["at"]), "malformed")
    quoted = {name: json.dumps(value, ensure_ascii=False) for name, value in entry.items()}
    quoted["payload"] = entry["payload"]
    inside = ",".join(f'"{name}":{quoted[name]}' for name in LEAF_FIELDS)
    try:
        return ("{" + inside + "}").encode()
    except UnicodeEncodeError:
        raise Fault("malformed") from None


def key_id_of(public):
    return sha256(public).hex()[:16]


class Checkpoint:
    """A signed statement: this tree had this size and these roots."""

    def __init__(self, document):
        require(isinstance(document, dict), "malformed")
        self.text = document.get("text")
        match = isinstance(self.text, str) and CHECKPOINT.fullmatch(self.text)
        require(match, "checkpoint_malformed")
        self.origin, self.at = match[1], match[6]
        self.epoch, self.size = int(match[2]), int(match[3])
        self.place = self.epoch, self.size
        self.roots = {"sha256": base64.b64decode(match[4]), "sm3": base64.b64decode(match[5])}
        self.key_id = document.get("key_id")
        self.signature = hexadecimal(document.get("signature"), 64)


def _unique(pairs):
    require(len(dict(pairs)) == len(pairs), "malformed")
    return dict(pairs)


def _refuse(_digits):
    raise Fault("malformed")


def read_json(line):
    """Return one JSON object; no key twice, no fractions, which languages read differently."""
    try:
        text = line.decode() if isinstance(line, bytes) else line
        value = json.loads(
            text, object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse
        )
    except (ValueError, RecursionError):
        raise Fault("malformed") from None
    require(isinstance(value, dict), "malformed")
    return value


def check_opened(receipt):
    """Check that what the holder wrote is what the entry commits to."""
    facts = read_json(receipt["entry"]["payload"])
    require(isinstance(receipt.get("opened", {}), dict), "malformed")
    for field, each in receipt.get("opened", {}).items():
        require(isinstance(each, dict) and sorted(each) == ["salt", "value"], "malformed")
        require(isinstance(each["value"], str), "malformed")
        data = hexadecimal(each["salt"], 32) + b"\x00" + each["value"].encode()
        claimed = {"commitment": "sha256:" + sha256(data).hex()}
        require(facts.get(field) == claimed, "opening_mismatch", field)


def check_receipt(receipt, pins=(), origin="", epoch=0):
    """Return the code of what holds, or raise a ``Fault``."""
    require(receipt.get("format") == "jiceng-receipt/1", "format_unknown")
    stage = receipt.get("stage")
    require(isinstance(stage, str) and stage in STAGES, "malformed")
    require(set(receipt) - {"opened"} == {*COMMON, *STAGES[stage]}, "malformed")
    leaf, public = leaf_bytes(receipt["entry"]), hexadecimal(receipt["public_key"], 32)
    leaves = {name: hexadecimal(receipt["leaf_" + name], 32) for name in ALGORITHMS}
    require(isinstance(receipt["origin"], str), "malformed")
    require(not origin or receipt["origin"] == origin, "origin_mismatch")
    require(receipt["key_id"] == key_id_of(public), "key_id_mismatch")
    require(not pins or public in pins, "key_untrusted")
    for name, hash_of in ALGORITHMS.items():
        require(hash_of(b"\x00" + leaf) == leaves[name], "leaf_mismatch", name)
    check_opened(receipt)
    if stage == "accepted":
        fields = [receipt["origin"], receipt["entry"]["uid"], *(leaves[n].hex() for n in leaves)]
        promise = "\n".join(["jiceng-promise/1", *fields, ""]).encode()
        signature = hexadecimal(receipt["promise"], 64)
        require(ed25519_verifies(public, signature, promise), "promise_bad")
    else:
        check_proof(receipt, public, leaves)
        require(not epoch or receipt["epoch"] >= epoch, "epoch_older", f"纪元 {receipt['epoch']}")
        require(not epoch or receipt["epoch"] == epoch, "epoch_mismatch")
    return stage + "_ok"


def check_proof(receipt, public, leaves):
    """Check the part of a receipt that places the entry in the sealed tree."""
    point, proof = Checkpoint(receipt["checkpoint"]), receipt["proof"]
    require(all(type(receipt[name]) is int for name in ("epoch", "position")), "malformed")
    require(point.origin == receipt["origin"], "origin_mismatch")
    require(point.epoch == receipt["epoch"], "epoch_mismatch")
    require(point.key_id == receipt["key_id"], "key_id_mismatch")
    require(isinstance(proof, dict), "malformed")
    require(sorted(proof) == sorted(ALGORITHMS), "algorithm_unknown", "、".join(proof))
    require(all(isinstance(path, list) for path in proof.values()), "malformed")
    paths = {name: [hexadecimal(item, 32) for item in proof[name]] for name in ALGORITHMS}
    require(ed25519_verifies(public, point.signature, point.text.encode()), "signature_bad")
    for name, hash_of in ALGORITHMS.items():
        place = receipt["position"], point.size
        root = root_of_path(hash_of, leaves[name], *place, paths[name])
        require(root == point.roots[name], "proof_mismatch", name)


def shown(text):
    """A forger's text may hold signs that make a terminal show something else."""
    return "".join(c if c.isprintable() else "?" for c in text)


def report(run, options):
    """Print what ``run`` finds, in words; return the exit code."""
    try:
        code, receipt = run(options)
    except Fault as fault:
        place = f"（{shown(fault.place)}）" if fault.place else ""
        print(f"无效 {fault.code}：{SENTENCES[fault.code]}{place}")
        return 2
    except (OSError, ValueError) as error:
        print(f"无法核验：{error}", file=sys.stderr)
        return 1
    print(f"有效 {code}：{SENTENCES[code]}")
    opened = {name: each["value"] for name, each in (receipt or {}).get("opened", {}).items()}
    for name, value in {**(receipt or {}).get("entry", {}), **opened}.items():
        print(f"  {shown(name)}: {shown(value)}")
    if not options.key:
        print("  注意：没有用 --key 指定公布的公钥，只能证明文件自身前后一致。")
    return 0


def read_options(arguments):
    """Return the options of the command line; a wrong one ends with exit code 1."""
    parser = argparse.ArgumentParser(description="核验回执或台账导出文件，无需服务器。")
    parser.error = lambda message: parser.exit(1, f"无法核验：{message}\n")
    parser.add_argument("file", type=pathlib.Path, help="回执或导出文件")
    parser.add_argument(
        "--key", type=bytes.fromhex, action="append", default=[], help="只信任这个公钥（十六进制）"
    )
    parser.add_argument("--origin", default="", help="只信任这个台账")
    parser.add_argument("--epoch", type=int, default=0, help="只接受这个纪元的回执")
    parser.add_argument("--anchor", type=pathlib.Path, help="核对导出文件：另存的检查点存证文件")
    return parser.parse_args(arguments)


def is_export(path):
    """Tell whether a file begins like an export."""
    try:
        with path.open("rb") as file:
            return b'"jiceng-export/1"' in file.readline(1000)
    except OSError:
        return False  # reading it as a receipt says why


def run_receipt(options):
    """Return the code of what holds, and the receipt."""
    document = options.file.read_bytes()
    require(len(document) <= 2_000_000, "malformed")
    receipt = read_json(document)
    return check_receipt(receipt, options.key, options.origin, options.epoch), receipt


def main(arguments=None):
    """Run the command; return its exit code."""
    options = read_options(arguments)
    if not is_export(options.file):
        return report(run_receipt, options)
    neighbour = pathlib.Path(__file__).with_name("verify_export.py")
    if not neighbour.exists():
        print("无法核验：核验导出文件还需要同一目录下的 verify_export.py", file=sys.stderr)
        return 1
    return runpy.run_path(str(neighbour))["main"](arguments)


if __name__ == "__main__":
    sys.exit(main())
