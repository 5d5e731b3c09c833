"""A full disk, a limit on file sizes, and a folder that cannot be written: an error in words, no
half-written file, and an exit code that tells."""

import os
import pathlib
import resource
import subprocess
import zipfile

import pytest

from altyn_run import ALTYN, needs_build
import written_files as outputs

pytestmark = needs_build


@pytest.fixture
def mounted(tmp_path):
    """mount(options, folder): a mount that goes with the test, or a skip where it is not allowed."""
    mounts = []

    def mount(*words):
        done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"cannot mount here: {done.stderr.strip()}")
        if "remount" not in str(words[1]):
            mounts.append(words[-1])

    yield mount
    for place in reversed(mounts):
        subprocess.run(["umount", str(place)], check=True)


def refused(done):
    assert done.returncode == 3, done.stdout + done.stderr
    assert "error[cannot-write]" in done.stderr, done.stderr
    return True


@pytest.mark.parametrize("name", ["check", "simulate", "estimate", "import"])
def test_a_full_disk_changes_nothing(name, tmp_path, mounted):
    words = outputs.commands(tmp_path)[name]
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", disk)
    (disk / "out").mkdir()
    old = disk / "out" / ("report.md" if name in ("check", "simulate") else "trade.parquet")
    old.write_text("an older one")
    filler = disk / "filler"
    with open(filler, "wb") as file:  # leaves room for one small file
        file.write(b"x" * 52_000)
    assert refused(outputs.run(words, disk))
    assert outputs.digests(disk / "out")[1] == []
    assert [path.name for path in (disk / "out").iterdir()] == [old.name]
    assert old.read_text() == "an older one"


def test_a_full_disk_for_temporary_files_is_told(tmp_path, mounted):
    source = outputs.baci(tmp_path)
    with zipfile.ZipFile(tmp_path / "baci.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(source, "BACI_HS17_Y2017.csv")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted("-t", "tmpfs", "-o", "size=256k", "tmpfs", disk)
    environment = {**os.environ, "TMPDIR": str(disk)}
    for words in (["baci.zip"], ["baci.csv", "--encoding", "latin-1"]):
        done = outputs.run(["data", "import", "baci", *words, "-o", "trade.csv"], tmp_path,
                           env=environment)
        assert refused(done)
        assert "TMPDIR" in done.stderr
        assert not (tmp_path / "trade.csv").exists()
        assert list(disk.iterdir()) == [], "nothing is left on the full disk"


def test_a_limit_on_file_sizes_is_told(tmp_path):
    words = outputs.commands(tmp_path)["import"]
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    assert refused(outputs.run(words, tmp_path, preexec_fn=limit))
    assert outputs.digests(tmp_path / "out") == ({}, [])


def test_a_folder_that_cannot_be_written_is_told(tmp_path, mounted):
    words = outputs.commands(tmp_path)["simulate"]
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.md").write_text("an older one")
    if os.geteuid() == 0:  # permissions do not bind root; a mount does
        mounted("--bind", out, out)
        mounted("-o", "remount,ro,bind", out)
    else:
        out.chmod(0o555)
    assert refused(outputs.run(words, tmp_path))
    assert [path.name for path in out.iterdir()] == ["report.md"]
    assert (out / "report.md").read_text() == "an older one"


def test_an_answer_that_cannot_be_printed_is_no_success():
    if not pathlib.Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(ALTYN), "agreements", "RUS:KAZ", "--month", "2017-04"],
                              stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 3
    assert "error[cannot-write]" in done.stderr and "standard output" in done.stderr
