"""Downloads from a server on this machine that drops connections, truncates, stalls and lies."""

import hashlib
import http.server
import json
import os
import socket
import subprocess
import threading
import urllib.parse

import pytest

from altyn_run import ALTYN, needs_build

pytestmark = needs_build

# An archive by its first bytes, too long for one piece of a socket.
CONTENT = b"PK\x03\x04" + bytes(range(256)) * 4000
OTHER = b"PK\x03\x04" + bytes(reversed(range(256))) * 4000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body=b"", headers=(), length=None, cut=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body if cut is None else body[:cut])
        self.wfile.flush()
        if cut is not None or length is not None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def part(self, content, etag='"a"'):
        """The whole, or the part that is asked for where it is of the same file."""
        asked = self.headers.get("Range")
        if asked and self.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send(206, content[start:], [("ETag", etag), (
                "Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")])
        else:
            self.send(200, content, [("ETag", etag)])

    def do_GET(self):
        site = self.server.site
        path, _, query = self.path.partition("?")
        site.requests.append((path, query, dict(self.headers)))
        visit = site.visits[path] = site.visits.get(path, 0) + 1
        half = len(CONTENT) // 2
        if path == "/whole.zip":
            self.part(CONTENT)
        elif path == "/releases.zip":
            self.part(site.content, '"b"')
        elif path == "/drops.zip":
            if visit == 1:
                self.send(200, CONTENT, [("ETag", '"a"')], cut=half)
            else:
                self.part(CONTENT)
        elif path == "/drops-twice-then-ignores-ranges.zip":
            if visit <= 2:
                self.send(200, CONTENT, [("ETag", '"a"')], cut=half)
            else:
                self.send(200, CONTENT, [("ETag", '"a"')])
        elif path == "/changes.zip":
            if visit == 1:
                self.send(200, OTHER, [("ETag", '"old"')], cut=half)
            else:
                self.part(CONTENT)
        elif path == "/no-validator.zip":
            self.send(200, CONTENT, cut=half if visit == 1 else None)
        elif path == "/wrong-part.zip":
            if visit == 1:
                self.send(200, CONTENT, [("ETag", '"a"')], cut=half)
            elif self.headers.get("Range"):
                self.send(206, CONTENT[5:], [("ETag", '"a"'), (
                    "Content-Range", f"bytes 5-{len(CONTENT) - 1}/{len(CONTENT)}")])
            else:
                self.part(CONTENT)
        elif path == "/promises-more.zip":
            self.send(200, CONTENT, length=len(CONTENT) + 1000)
        elif path == "/page.zip":
            self.send(200, b"<html>log in first</html>", [("Content-Type", "text/html")])
        elif path == "/busy.zip":
            if visit == 1:
                self.send(429, b"slow down", [("Retry-After", "0")])
            elif visit == 2:
                self.send(503, b"later", [("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")])
            else:
                self.part(CONTENT)
        elif path == "/busy-for-hours.zip":
            self.send(429, b"", [("Retry-After", "7200")])
        elif path == "/moved.zip":
            self.send(302, b"", [("Location", "/whole.zip")])
        elif path == "/moved-away/C/A/HS":
            self.send(307, b"", [("Location", f"{site.other}/api/C/A/HS?{query}")])
        elif path == "/circle.zip":
            self.send(301, b"", [("Location", "/circle.zip")])
        elif path == "/api/C/A/HS":
            self.send(200, json.dumps(site.answer).encode())
        else:
            self.send(404, b"no such file")


class Site:
    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.site = self
        self.visits, self.requests, self.answer, self.content = {}, [], {}, CONTENT
        port = self.server.server_address[1]
        self.address, self.other = f"http://127.0.0.1:{port}", f"http://localhost:{port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def fetch(site, tmp_path):
    def run(path, *words, key="", **entry):
        lines = {"name": "a", "title": "A", "provider": "P", "licence": "L", "page": "https://p",
                 "url": site.address + path, "file": "a.zip", **entry}
        (tmp_path / "sources.toml").write_text("[[source]]\n" + "".join(
            f"{name} = {json.dumps(value)}\n" for name, value in lines.items()))
        environment = {k: v for k, v in os.environ.items() if k != "COMTRADE_KEY"}
        if key:
            environment["COMTRADE_KEY"] = key
        return subprocess.run(
            [ALTYN, "data", "fetch", "a", "--registry", "sources.toml", "--pause-seconds", "0.01",
             "--timeout-seconds", "5", *map(str, words)],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, env=environment)
    return run


def only_the_file(folder):
    assert {p.name for p in folder.iterdir()} == {
        "sources.toml", "a.zip", "a.zip.source.json", "altyn-fetch.lock.json"}
    assert (folder / "a.zip").read_bytes() == CONTENT
    record = json.loads((folder / "a.zip.source.json").read_text())
    assert record["sha256"] == DIGEST and record["bytes"] == len(CONTENT)
    assert record["licence"] == "L"
    return True


def nothing(folder):
    return {p.name for p in folder.iterdir()} == {"sources.toml"}


@pytest.mark.parametrize("path, visits", [
    ("/whole.zip", 1), ("/drops.zip", 2), ("/drops-twice-then-ignores-ranges.zip", 3),
    ("/changes.zip", 2), ("/no-validator.zip", 2), ("/wrong-part.zip", 3), ("/busy.zip", 3)])
def test_what_the_server_does_the_file_is_whole(fetch, site, tmp_path, path, visits):
    done = fetch(path, sha256=DIGEST)
    assert done.returncode == 0, done.stderr
    assert only_the_file(tmp_path) and site.visits[path] == visits
    assert DIGEST in done.stdout


def test_a_transfer_that_broke_off_is_taken_up_where_it_ended(fetch, site, tmp_path):
    done = fetch("/drops.zip", "--attempts", 1)
    assert done.returncode == 3 and "download-failed" in done.stderr
    held = (tmp_path / "a.zip.part").stat().st_size
    assert 0 < held <= len(CONTENT) // 2 and not (tmp_path / "a.zip").exists()
    done = fetch("/drops.zip")
    assert done.returncode == 0 and "taken up" in done.stdout, done.stderr
    assert site.requests[-1][2]["Range"] == f"bytes={held}-"
    assert only_the_file(tmp_path)


def test_a_server_that_promises_more_than_it_sends_is_not_believed(fetch, site, tmp_path):
    done = fetch("/promises-more.zip", "--attempts", 3)
    assert done.returncode == 3 and "3 attempts did not bring the file" in done.stderr
    assert site.visits["/promises-more.zip"] == 3
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize("path, entry, code", [
    ("/page.zip", {}, "not-the-file"), ("/whole.zip", {"sha256": "0" * 64}, "checksum-mismatch"),
    ("/whole.zip", {"bytes": 17}, "size-mismatch"), ("/gone.zip", {}, "http-status"),
    ("/circle.zip", {}, "http-status")])
def test_nothing_is_kept_of_what_was_not_asked_for(fetch, site, tmp_path, path, entry, code):
    done = fetch(path, **entry)
    assert done.returncode == 1 and f"error[{code}]" in done.stderr, done.stderr
    assert nothing(tmp_path)


def test_a_server_that_asks_for_hours_is_left_alone(fetch, site, tmp_path):
    done = fetch("/busy-for-hours.zip")
    assert done.returncode == 3 and "wait 7200 seconds" in done.stderr
    assert site.visits["/busy-for-hours.zip"] == 1 and nothing(tmp_path)


def test_redirections_are_followed(fetch, tmp_path):
    assert fetch("/moved.zip").returncode == 0 and only_the_file(tmp_path)


def test_a_file_that_is_there_is_not_fetched_again_unasked(fetch, site, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"mine")
    done = fetch("/whole.zip")
    assert done.returncode == 1 and "output-exists" in done.stderr and not site.requests
    assert fetch("/page.zip", "--again").returncode == 1
    assert (tmp_path / "a.zip").read_bytes() == b"mine"
    assert fetch("/whole.zip", "--again").returncode == 0 and only_the_file(tmp_path)


def test_a_file_that_changed_since_it_was_first_fetched_is_refused(fetch, site, tmp_path):
    lock = tmp_path / "altyn-fetch.lock.json"
    first = fetch("/releases.zip")
    assert first.returncode == 0 and "recorded in" in first.stdout, first.stderr
    assert json.loads(lock.read_text())["a.zip"]["sha256"] == DIGEST
    there = fetch("/releases.zip")
    assert "output-exists" in there.stderr and "it is as it was fetched" in there.stderr
    same = fetch("/releases.zip", "--again")
    assert same.returncode == 0 and "as when it was first fetched" in same.stdout, same.stderr
    site.content = OTHER
    changed = fetch("/releases.zip", "--again")
    assert changed.returncode == 1 and "checksum-mismatch" in changed.stderr
    assert "--accept-change" in changed.stderr and only_the_file(tmp_path)
    accepted = fetch("/releases.zip", "--again", "--accept-change")
    assert accepted.returncode == 0 and (tmp_path / "a.zip").read_bytes() == OTHER
    assert json.loads(lock.read_text())["a.zip"]["sha256"] == hashlib.sha256(OTHER).hexdigest()
    (tmp_path / "a.zip").write_bytes(b"edited")
    assert "it has changed since it was fetched" in fetch("/releases.zip").stderr
    lock.write_text("{")
    assert "bad-lock" in fetch("/releases.zip", "--again").stderr
    assert (tmp_path / "a.zip").read_bytes() == b"edited"


def test_a_checksum_of_ones_own_comes_before_the_record(fetch, site, tmp_path):
    assert fetch("/releases.zip").returncode == 0
    site.content = OTHER
    other = hashlib.sha256(OTHER).hexdigest()
    done = fetch("/releases.zip", "--again", "--sha256", other)
    assert done.returncode == 0 and "as it must be" in done.stdout, done.stderr
    assert "checksum-mismatch" in fetch("/releases.zip", "--again", "--sha256", DIGEST).stderr


def test_what_must_be_asked_for_by_hand_says_so(fetch, tmp_path):
    done = fetch("", url="", why="it is for people")
    assert done.returncode == 1 and "by-hand" in done.stderr and "https://p" in done.stderr


def test_an_address_of_ones_own_names_the_file(fetch, site, tmp_path):
    done = fetch("", "--url", site.address + "/whole.zip?id=1", url="", file="", why="for people")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "whole.zip").read_bytes() == CONTENT
    nameless = fetch("", "--url", site.address + "/", url="", file="", why="for people")
    assert nameless.returncode == 1 and "error[bad-file-name]" in nameless.stderr
    assert "-o FILE" in nameless.stderr


QUERY = ("--reporter", "KAZ", "--partner", "RUS", "--period", "2012,2013", "-o", "kaz.json")


def test_comtrade_is_asked_with_the_key_of_the_environment(fetch, site, tmp_path):
    site.answer = {"count": 1, "error": "", "data": [
        {"refYear": 2012, "period": "2012", "reporterCode": 398, "flowCode": "X", "partnerCode": 643,
         "cmdCode": "TOTAL", "primaryValue": 6747000000}]}
    done = fetch("/api", *QUERY, **{"import": "comtrade"}, key="secret")
    assert done.returncode == 0, done.stderr
    path, query, headers = site.requests[-1]
    asked = urllib.parse.parse_qs(query)
    assert asked["reporterCode"] == ["398"] and asked["partnerCode"] == ["643"]
    assert asked["period"] == ["2012,2013"] and asked["flowCode"] == ["M,X"]
    assert headers["Ocp-Apim-Subscription-Key"] == "secret"
    assert "secret" not in "".join(p.read_text() for p in tmp_path.iterdir())
    done = subprocess.run([ALTYN, "data", "import", "comtrade", "kaz.json", "-o", "kaz.csv"],
                          cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "kaz.csv").read_text().splitlines()[1].startswith("KAZ,RUS,2012")


def test_the_key_stays_with_the_host_it_is_for(fetch, site, tmp_path):
    site.answer = {"data": []}
    done = fetch("/moved-away", *QUERY, **{"import": "comtrade"}, key="secret")
    assert done.returncode == 0, done.stderr
    assert [("Ocp-Apim-Subscription-Key" in headers) for _, _, headers in site.requests] == [
        True, False]


@pytest.mark.parametrize("answer, words, key, code", [
    ({"error": "Period limit exceeded", "data": []}, QUERY, "k", "bad-answer"),
    ({"message": "Access denied"}, QUERY, "k", "bad-answer"),
    ({"data": []}, QUERY, "", "missing-key-variable"),
    ({"data": []}, QUERY[2:], "k", "missing-option"),
    ({"data": []}, (*QUERY[:5], "2012,201301", *QUERY[6:]), "k", "bad-period"),
    ({"data": []}, ("--reporter", "KAK", *QUERY[2:]), "k", "unknown-economy")])
def test_an_answer_that_is_none_is_not_kept(fetch, site, tmp_path, answer, words, key, code):
    site.answer = answer
    done = fetch("/api", *words, **{"import": "comtrade"}, key=key)
    assert done.returncode == 1 and f"error[{code}]" in done.stderr, done.stderr
    assert nothing(tmp_path)


def test_the_bundled_registry_can_be_read():
    done = subprocess.run([ALTYN, "data", "fetch", "--list"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("baci_hs17", "cepii_gravity", "icio_2016_2020", "comtrade", "wiod2016"):
        assert name in done.stdout
