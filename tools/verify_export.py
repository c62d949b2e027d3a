#!/usr/bin/env python3
"""核验台账导出文件（jiceng-export/1）。与 verify_receipt.py 放在同一目录，用法相同。

Check an export line by line with nothing but the standard library: every leaf is hashed anew,
every root computed anew, every signature verified. With ``--anchor`` also that nothing is missing
that was anchored. Exit codes: 0 it holds, 1 it could not be checked, 2 it does not hold.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from verify_receipt import (
    ALGORITHMS,
    SENTENCES,
    Checkpoint,
    Fault,
    ed25519_verifies,
    hexadecimal,
    key_id_of,
    leaf_bytes,
    read_json,
    read_options,
    report,
    require,
)

SENTENCES.update(
    {
        "export_ok": "导出文件完好：全部记录、检查点与签名相符。",
        "root_mismatch": "由记录重算的根哈希与检查点不符。",
        "position_gap": "封存位置不连续，有记录缺失。",
        "entry_missing": "已封存的记录不见了。",
        "epoch_link": "纪元与上一纪元不衔接。",
        "export_torn": "导出文件不完整，或最后的记录没有检查点。",
        "anchor_differs": "与存证的检查点不符。",
        "rolled_back": "少于已存证的检查点，可能被截尾或回退。",
    }
)


class Tree:
    """A growing tree, kept as its perfect subtrees."""

    def __init__(self, hash_of):
        self.hash_of, self.size, self.peaks = hash_of, 0, []

    def append(self, leaf):
        """Add the hash of a leaf."""
        index = self.size
        while index & 1:
            leaf, index = self.hash_of(b"\x01" + self.peaks.pop() + leaf), index >> 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        """Return the root."""
        peaks = self.peaks[:]
        node = peaks.pop() if peaks else self.hash_of(b"")
        while peaks:
            node = self.hash_of(b"\x01" + peaks.pop() + node)
        return node


class Export:
    """An export, read line by line; memory stays flat."""

    def __init__(self, pins, origin, anchors):
        self.pins, self.origin, self.anchors = pins, origin, anchors
        self.keys, self.trusted, self.epochs, self.ends = {}, set(), {}, {}
        self.epoch, self.trees, self.last, self.leaves = 0, {}, None, 0

    def read(self, lines):
        """Return the code of what holds, or raise a ``Fault`` with the line it is in."""
        kinds = {"key": self.key, "epoch": self.declare, "leaf": self.leaf}
        kinds.update(checkpoint=self.checkpoint, pending=lambda line: leaf_bytes(line["entry"]))
        ended = False
        for number, text in enumerate(lines, start=1):
            try:
                line = read_json(text)
                kind = line.get("kind")
                require(not ended and (kind == "log") == (number == 1), "malformed")
                if kind == "log":
                    require(line.get("format") == "jiceng-export/1", "format_unknown")
                    require(not self.origin or line.get("origin") == self.origin, "origin_mismatch")
                    self.origin = line.get("origin")
                elif kind == "end":
                    ended = line.get("leaves") == self.leaves
                else:
                    require(kind in kinds, "malformed")
                    kinds[kind](line)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise Fault("malformed", f"第 {number} 行") from None
            except Fault as fault:
                raise Fault(fault.code, f"第 {number} 行 {fault.place}".strip()) from None
        require(ended, "export_torn")
        self.close()
        self.check_anchors()
        return "export_ok"

    def key(self, line):
        public = hexadecimal(line["public_key"], 32)
        require(line["key_id"] == key_id_of(public), "key_id_mismatch")
        self.keys[line["key_id"]] = dict(line, public=public)
        self.trusted = {
            i for i, k in self.keys.items() if not self.pins or k["public"] in self.pins
        }
        for _round in self.keys:
            for key in self.keys.values():
                before = self.keys.get(key["previous"])
                pair = {key["key_id"], key["previous"]}
                if before and pair & self.trusted and not pair <= self.trusted:
                    self.trusted |= pair if self.linked(before, key) else set()

    def linked(self, before, key):
        """Tell whether both keys signed that one follows the other."""
        names = [
            "jiceng-key-succession/1",
            self.origin,
            before["public_key"],
            key["public_key"],
            "",
        ]
        endorsed, accepted = bytes.fromhex(key["endorsed"]), bytes.fromhex(key["accepted"])
        message = "\n".join(names).encode()
        return ed25519_verifies(before["public"], endorsed, message) and ed25519_verifies(
            key["public"], accepted, message
        )

    def declare(self, line):
        self.epochs[line["number"]] = line

    def leaf(self, line):
        numbers = line["epoch"], line["position"]
        require(all(type(number) is int for number in numbers), "malformed")
        if line["epoch"] != self.epoch:
            self.close()
            require(line["epoch"] in self.epochs and line["epoch"] > self.epoch, "epoch_link")
            self.epoch, self.last = line["epoch"], None
            self.trees = {name: Tree(hash_of) for name, hash_of in ALGORITHMS.items()}
            self.check_link(line)
        require(line["position"] == self.trees["sm3"].size, "position_gap")
        require(line["entry"] is not None, "entry_missing")
        data = leaf_bytes(line["entry"])
        for tree in self.trees.values():
            tree.append(tree.hash_of(b"\x00" + data))
        self.leaves += 1

    def check_link(self, line):
        """Check that a later epoch opens with its own declaration, and where the last one ended."""
        said, prior = dict(self.epochs[self.epoch]), self.epochs[self.epoch]["prior"]
        if self.epoch > 1:
            said.pop("kind"), said.pop("opened_at")
            opening = line["entry"] or {}
            require(opening.get("event") == "ledger.epoch.opened", "epoch_link")
            require(read_json(opening["payload"]) == said, "epoch_link")
            roots = {name: bytes.fromhex(prior[name]) for name in ALGORITHMS}
            end = self.ends.get(prior["epoch"], (0, dict.fromkeys(ALGORITHMS, b"")))
            require(end == (prior["size"], roots), "epoch_link")

    def checkpoint(self, line):
        point = Checkpoint(line)
        require(point.origin == self.origin, "origin_mismatch")
        require(point.epoch == self.epoch, "epoch_mismatch")
        require(point.size == self.trees["sm3"].size, "position_gap")
        roots = {name: tree.root() for name, tree in self.trees.items()}
        require(roots == point.roots, "root_mismatch", f"大小 {point.size}")
        key = self.keys.get(point.key_id)
        require(key and point.key_id in self.trusted, "key_untrusted", str(point.key_id))
        require(
            ed25519_verifies(key["public"], point.signature, point.text.encode()), "signature_bad"
        )
        begun = not key["starts_at"] or key["starts_at"] <= point.at
        require(begun and (not key["ends_at"] or point.at < key["ends_at"]), "key_retired")
        self.last = point
        anchored = self.anchors.pop(point.place, None)
        require(anchored in (None, point.roots), "anchor_differs", f"大小 {point.size}")

    def close(self):
        """End an epoch: its last leaf has to lie under its last checkpoint."""
        if self.epoch:
            require(self.last and self.last.size == self.trees["sm3"].size, "export_torn")
            self.ends[self.epoch] = self.last.size, self.last.roots

    def check_anchors(self):
        """What was anchored must be here, or a later epoch must have owned up to its loss."""
        for place in self.anchors:
            declared = any(
                (e["prior"]["epoch"], e["prior"]["size"])
                < place
                <= (e["lost"]["epoch"], e["lost"]["size"])
                for e in self.epochs.values()
            )
            size, here = place[1], self.ends.get(place[0], (0, None))[0]
            require(declared or size < here, "rolled_back", f"存证 {size}，此处 {here}")
            require(declared, "anchor_differs", f"大小 {size}")


def read_anchors(path):
    """Return the roots of the anchored checkpoints, by epoch and size."""
    with open(path, encoding="utf-8") as file:
        documents = [read_json(line) for line in file if line.endswith("\n")]
    points = [Checkpoint(dict(line, text=line.get("checkpoint"))) for line in documents]
    return {point.place: point.roots for point in points}


def run_export(options):
    """Return the code of what holds; there is no receipt to show."""
    anchors = read_anchors(options.anchor) if options.anchor else {}
    with options.file.open(encoding="utf-8", newline="\n") as file:
        return Export(options.key, options.origin, anchors).read(file), None


def main(arguments=None):
    """Run the command; return its exit code."""
    return report(run_export, read_options(arguments))


if __name__ == "__main__":
    sys.exit(main())
