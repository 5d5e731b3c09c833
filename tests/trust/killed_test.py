"""A run that is killed at any moment leaves whole files, old or new, and the next one cleans up."""

import hashlib
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import zipfile

import pytest

from altyn_run import needs_build
import written_files as outputs
from serve_client import Server

pytestmark = needs_build


def kill_after(words, cwd, seconds):
    process = outputs.start(words, cwd)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()


def kill_while_writing(words, cwd, out, seconds):
    """Waits for the first hidden file of the run, then a moment, then kills."""
    process = outputs.start(words, cwd)
    mark = f"-{process.pid}-"
    while process.poll() is None:
        if any(mark in name for name in os.listdir(out)):
            time.sleep(seconds)
            break
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()


@pytest.mark.parametrize("name", ["check", "simulate", "estimate", "import"])
def test_outputs_are_whole_whenever_a_run_is_killed(name, tmp_path):
    words = outputs.commands(tmp_path)[name]
    other = {"estimate": ["--cluster", "exporter^importer"], "import": ["--first-year", "2005"]}
    before, after = words, [*words, *other.get(name, ["--seed", "2"])]
    begun = time.monotonic()
    assert outputs.run(after, tmp_path).returncode == 0
    whole = time.monotonic() - begun
    new, _ = outputs.digests(tmp_path / "out")
    assert outputs.run(before, tmp_path).returncode == 0
    old, hidden = outputs.digests(tmp_path / "out")
    assert hidden == [] and old.keys() == new.keys() and old != new

    dice = random.Random(name)
    for attempt in range(4):
        if attempt < 1:
            kill_after(after, tmp_path, dice.uniform(0.0, whole))
        else:
            kill_while_writing(after, tmp_path, tmp_path / "out", dice.uniform(0.0, 0.02))
        seen, _ = outputs.digests(tmp_path / "out")
        assert seen.keys() == old.keys(), "no file is missing and none is added"
        for file, digest in seen.items():
            assert digest in (old[file], new[file]), f"{file} is neither the old nor the new one"
        record, listed = outputs.record_of(tmp_path / "out")
        strangers = [file for file in listed if listed[file] != seen[file]]
        if strangers:  # killed between the first file and the record: the record tells
            again = outputs.run(["rerun", record.name], tmp_path / "out")
            assert again.returncode == 2, again.stdout + again.stderr
            assert all(file in again.stdout for file in strangers), again.stdout

    assert outputs.run(after, tmp_path).returncode == 0
    assert outputs.digests(tmp_path / "out") == (new, []), "a rerun works and nothing is left over"


def test_an_old_file_put_aside_by_a_killed_run_comes_back(tmp_path):
    """On a file system without hard links a kill may fall between the two moves."""
    words = outputs.commands(tmp_path)["simulate"]
    assert outputs.run(words, tmp_path).returncode == 0
    out = tmp_path / "out"
    ended = subprocess.Popen(["true"])
    ended.wait()
    machine = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
    report = (out / "report.md").read_bytes()
    (out / "report.md").rename(out / f".old-{machine}-{ended.pid}-0-report.md")
    (out / f".partial-{machine}-{ended.pid}-1-half.csv").write_text("half")
    (out / f".partial-{machine}-{os.getpid()}-1-alive.csv").write_text("of a living process")
    (out / f".partial-00000000-{ended.pid}-1-far.csv").write_text("of another machine")
    assert outputs.run(["data", "check", "world_trade", "-o", "out/found.csv"],
                       tmp_path).returncode == 0
    assert (out / "report.md").read_bytes() == report
    left = {name.rpartition("-")[2] for name in os.listdir(out) if name.startswith(".")}
    assert left == {"far.csv", "alive.csv"}


def test_a_record_tells_of_files_that_are_not_its_own(tmp_path):
    words = outputs.commands(tmp_path)["simulate"]
    assert outputs.run(words, tmp_path).returncode == 0
    record = tmp_path / "out" / "run.json"
    assert outputs.run(["rerun", record], tmp_path).returncode == 0
    with open(tmp_path / "out" / "report.md", "a") as file:
        file.write("a line of another run")
    told = outputs.run(["rerun", record], tmp_path)
    assert told.returncode == 2 and "report.md" in told.stdout, told.stdout + told.stderr
    assert outputs.run(["rerun", record, "-o", "out"], tmp_path).returncode == 0
    assert outputs.run(["rerun", record], tmp_path).returncode == 0


def test_a_damaged_or_foreign_record_harms_nothing(tmp_path):
    words = outputs.commands(tmp_path)["import"]
    assert outputs.run(words, tmp_path).returncode == 0
    record, _ = outputs.record_of(tmp_path / "out")
    text = record.read_text()
    dice = random.Random(8)
    for _ in range(25):
        at, length = dice.randrange(len(text)), dice.randrange(40)
        record.write_text(text[:at] + dice.choice(["", "{", '"x"', "7"]) + text[at + length:])
        done = outputs.run(["rerun", record], tmp_path)
        assert done.returncode in (0, 1, 2), done.stderr
        assert "error[internal]" not in done.stderr, done.stderr
    # Whatever a record names, its files go to the folder that was asked for.
    outside = tmp_path / "outside.csv"
    record.write_text(text.replace("out/trade.csv", str(outside)))
    outputs.run(["rerun", record, "-o", "copy"], tmp_path)
    assert not outside.exists()
    assert pathlib.Path(tmp_path / "copy" / "outside.csv").exists()


def test_what_a_killed_run_unpacked_goes_with_the_next(tmp_path):
    with zipfile.ZipFile(tmp_path / "baci.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(outputs.baci(tmp_path), "BACI_HS17_Y2017.csv")
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    environment = {**os.environ, "TMPDIR": str(unpacked)}
    words = ["data", "import", "baci", "baci.zip", "-o", "trade.csv"]
    process = outputs.start(words, tmp_path, env=environment)
    while process.poll() is None and not any(unpacked.iterdir()):
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    assert process.returncode != -signal.SIGKILL or not (tmp_path / "trade.csv").exists()
    assert outputs.run(words, tmp_path, env=environment).returncode == 0
    assert list(unpacked.iterdir()) == []


def test_uploads_of_a_killed_server_go_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Server() as server:
        status, _, _ = server.ask("POST", "/api/tables?name=mine.csv", b"exporter,trade\nRUS,1\n",
                                  {"Content-Type": "application/octet-stream"})
        assert status == 201
        first = set(tmp_path.iterdir())
        assert len(first) == 1 and any(next(iter(first)).iterdir())
        server.process.kill()
        server.process.wait()
    with Server():
        assert len(set(tmp_path.iterdir())) == 1 and not first & set(tmp_path.iterdir())
    assert list(tmp_path.iterdir()) == []
