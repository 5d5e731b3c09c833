#!/usr/bin/env python3
"""Checks cases/manifest.toml against the files it lists; with --write, brings it up to date.

A table's `rows` counts records without the header. `sha256` is that of the file as it is stored.
Tables are packed with `gzip -n -9`, which leaves name and time out, so that packing the same table
again gives the same file.
"""

import csv
import gzip
import hashlib
import io
import re
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MANIFEST = FOLDER / "manifest.toml"


def count_rows(path: Path) -> int:
    """Records of a gzipped table; stops where a record and the header differ in length."""
    text = io.StringIO(gzip.decompress(path.read_bytes()).decode("utf-8"), newline="")
    header, *records = csv.reader(text)
    for line, record in enumerate(records, start=2):
        if len(record) != len(header):
            sys.exit(f"{path}: record {line} has {len(record)} fields, the header {len(header)}")
    return len(records)


def facts_of(entry: dict) -> dict:
    """What the manifest must say of one file."""
    path = FOLDER / entry["file"]
    facts = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    if path.name.endswith(".csv.gz"):
        facts["rows"] = count_rows(path)
    return facts


def rewritten(text: str, entries: list[dict]) -> str:
    """The manifest with rows and checksums set, everything else as it was."""
    head, *blocks = re.split(r"(?m)^(?=\[\[file\]\])", text)
    for index, entry in enumerate(entries):
        for key, value in facts_of(entry).items():
            line = f"{key} = {value!r}".replace("'", '"')
            blocks[index] = re.sub(rf"(?m)^{key} = .*$", line, blocks[index])
    return head + "".join(blocks)


def main() -> None:
    text = MANIFEST.read_text(encoding="utf-8")
    entries = tomllib.loads(text)["file"]
    listed = {entry["file"] for entry in entries}
    present = {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*")
        if path.is_file() and (path.name.endswith(".csv.gz") or path.suffix == ".toml")
    } - {"manifest.toml"}
    present |= {name for name in listed if (FOLDER / name).is_file()}
    wrong = [f"{name}: in the folder, not in the manifest" for name in sorted(present - listed)]
    wrong += [f"{name}: in the manifest, not in the folder" for name in sorted(listed - present)]
    if wrong:
        sys.exit("\n".join(wrong))
    if "--write" in sys.argv[1:]:
        MANIFEST.write_text(rewritten(text, entries), encoding="utf-8")
        return
    for entry in entries:
        for key, value in facts_of(entry).items():
            if entry.get(key) != value:
                wrong.append(f"{entry['file']}: {key} is {value}, the manifest says {entry.get(key)}")
    if wrong:
        sys.exit("\n".join(wrong) + "\nrun cases/checksums.py --write once the change is intended")


if __name__ == "__main__":
    main()
