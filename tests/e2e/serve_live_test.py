"""The live channel of the server: the answers of POST /api/solve over a connection that stays."""

import time

import pytest

from altyn_run import needs_build
from live_client import ACCEPTANCE, Channel, frame
from serve_client import Server

pytestmark = needs_build

TARIFF = {"scenario": {"name": "mine", "title": "mine", "extends": "common-tariff-plus-5"}}


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


def without_time(answer):
    return {name: value for name, value in answer.items() if name != "seconds"}


def test_the_handshake_is_that_of_the_standard(server):
    with Channel(server) as channel:
        assert channel.status == 101
        assert b"Sec-WebSocket-Accept: " + ACCEPTANCE in channel.head


def test_a_question_has_the_answer_of_a_post(server):
    asked = {"content": TARIFF, "tables": False}
    posted = server.answer("POST", "/api/solve", asked)
    assert "result" not in posted and "real_income" in posted
    with Channel(server) as channel:
        for number in (7, 8):
            told, status, answer = channel.ask(number, asked)
            assert (told, status) == (number, 200)
            assert without_time(answer) == without_time(posted)


def test_questions_are_answered_one_after_the_other(server):
    with Channel(server) as channel:
        for number in range(20):
            channel.send(f'{number} {{"content": {{}}, "no": 1}}')
        assert [channel.answer()[:2] for _ in range(20)] == [(k, 400) for k in range(20)]


def test_a_mistake_is_told_in_words_and_the_channel_stays(server):
    with Channel(server) as channel:
        number, status, answer = channel.ask(1, {"content": {"scenario": {"extends": "nowhere"}}})
        assert (number, status) == (1, 422) and answer["error"]["fixes"]
        channel.send("no number")
        assert channel.answer()[:2] == (0, 400)
        assert channel.ask(2, {"content": TARIFF})[1] == 200


def test_a_message_in_pieces_and_a_ping_between_them(server):
    with Channel(server) as channel:
        channel.socket.sendall(frame(1, b'5 {"con', last=False) + frame(9, b"hello")
                               + frame(0, b'tent": {}}'))
        assert channel.receive() == (10, b"hello")
        assert channel.answer()[0] == 5


def test_the_session_is_that_of_the_opening(server):
    table = b"exporter,importer,year,trade_musd\nRUS,KAZ,2016,5\nKAZ,RUS,2016,3\n" \
            b"RUS,RUS,2016,50\nKAZ,KAZ,2016,30\n"
    status, headers, _ = server.ask("POST", "/api/tables?name=mine.csv", table,
                                    {"Content-Type": "application/octet-stream"})
    assert status == 201
    cookie = headers["Set-Cookie"].split(";")[0]
    asked = {"content": {"scenario": {"name": "a", "title": "a", "year": 2016},
                         "world": {"trade": "mine.csv"},
                         "change": [{"name": "c", "what": "border_cost", "from": ["RUS"],
                                     "with": ["KAZ"], "by_pct": -5, "source": "a test"}]}}
    with Channel(server, {"Cookie": cookie}) as channel:
        assert channel.ask(1, asked)[1] == 200
    with Channel(server) as channel:
        assert channel.ask(1, asked)[1] == 422


@pytest.mark.parametrize("headers, status", [
    ({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 403),
    ({"Upgrade": "h2c"}, 426), ({"Sec-WebSocket-Version": "8"}, 426),
    ({"Sec-WebSocket-Key": "short"}, 426)])
def test_who_may_not_open_a_channel_is_told(server, headers, status):
    with Channel(server, headers) as channel:
        assert channel.status == status


def test_a_channel_needs_the_token(tmp_path):
    token = "0123456789abcdef0123"
    with Server("--token", token) as running:
        with Channel(running) as channel:
            assert channel.status == 401
        with Channel(running, {"Cookie": f"altyn_token={token}"}) as channel:
            assert channel.ask(1, {"content": TARIFF})[1] == 200


@pytest.mark.parametrize("data", [
    b"\xff" * 100, frame(1, b"1 {}", masked=False), frame(2, b"1 {}"), frame(5, b"x"),
    frame(1, b"\xff\xfe 1"), b"\x81\xff" + (10**9).to_bytes(8, "big") + b"abcd" + b"x" * 100,
    b"\x81\xff" + b"\xff" * 8 + b"abcd" + b"x" * 100], ids=[
    "noise", "unmasked", "binary", "unknown", "no text", "too long", "endless"])
def test_nonsense_closes_the_channel_and_no_other(server, data):
    with Channel(server) as other, Channel(server) as channel:
        channel.socket.settimeout(10)
        try:
            channel.socket.sendall(data)
            opcode, _ = channel.receive()
            assert opcode == 8
        except ConnectionError:
            pass  # closed while more was being sent
        assert other.ask(1, {"content": TARIFF})[1] == 200


def test_a_stopping_server_says_goodbye():
    with Server() as running, Channel(running) as channel:
        assert channel.ask(1, {"content": TARIFF})[1] == 200
        begun = time.monotonic()
        running.process.terminate()
        assert channel.receive()[0] == 8
        channel.socket.close()
        assert running.process.wait(timeout=30) == 0
        # Far below the time after which an idle channel is given up.
        assert time.monotonic() - begun < 10
