#!/usr/bin/env python3
"""The workbench's server under load: many clients that move a slider at once, while others misbehave.

    python3 bench/serve.py --clients 50 --seconds 60

Every answer is compared with the one that the same request had before the load began. Prints a
table for docs/benchmarks.md; fails when an answer is wrong, when there is an error other than 429,
when a client waits too long (95% under a second) or when memory grows."""

import argparse
import http.client
import json
import os
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
RATES = [round(0.25 * k, 2) for k in range(1, 41)]


def scenario(rate):
    return json.dumps({"content": {
        "scenario": {"name": "drag", "extends": "common-tariff-plus-5"},
        "change": [{"name": "points on the common tariff", "what": "tariff", "importer": ["EAEU"],
                    "formula": "add", "rate_pct": rate}]}})


def table_of(n):
    """A world of n made-up economies under real codes, as a user's own table."""
    sys.path.insert(0, str(ROOT / "bench"))
    codes = [one["code"] for one in ask("GET", "/api/catalogue")[1]["economies"]][:n]
    dice = random.Random(1)
    size = {code: dice.lognormvariate(4.0, 1.5) for code in codes}
    lines = ["exporter,importer,year,trade_musd"]
    for a in codes:
        for b in codes:
            factor = 20.0 if a == b else dice.lognormvariate(0.0, 1.0)
            lines.append(f"{a},{b},2016,{size[a] * size[b] * factor / 100:.6f}")
    return "\n".join(lines)


HEADERS = {"Content-Type": "application/json"}
port = 0


def ask(method, path, body=None, headers=None, connection=None):
    own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    own.request(method, path, body, headers or HEADERS)
    answer = own.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if content[:1] in b"{[" else content, answer.headers


def memory_mb(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def quantile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(p * len(ordered)))]


class Client(threading.Thread):
    """Moves the slider every `pause` seconds, as a hand does, or as soon as the answer is there."""

    def __init__(self, number, end, expected, pause):
        super().__init__()
        self.dice = random.Random(number)
        self.end, self.expected, self.pause = end, expected, pause
        self.seconds, self.busy, self.wrong = [], 0, []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.monotonic() < self.end:
            rate = self.dice.choice(RATES)
            begun = time.monotonic()
            try:
                status, content, _ = ask("POST", "/api/solve", scenario(rate), None, connection)
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                continue
            self.seconds.append(time.monotonic() - begun)
            if status == 429:
                self.busy += 1
                time.sleep(1.0)
            elif status != 200 or content["real_income"] != self.expected[rate]:
                self.wrong.append(status)
            time.sleep(max(0.0, self.pause - (time.monotonic() - begun)))


def misbehave(end):
    """Garbage, half-open connections and bodies of 100 MB, one after another."""
    dice = random.Random(0)
    open_ones = []
    while time.monotonic() < end:
        try:
            one = socket.create_connection(("127.0.0.1", port), timeout=5)
            kind = dice.randrange(3)
            if kind == 0:
                one.sendall(dice.randbytes(2000) + b"\r\n\r\n")
                one.close()
            elif kind == 1:
                one.sendall(b"POST /api/solve HTTP/1.1\r\nHost: ")
                open_ones.append(one)
                if len(open_ones) > 40:
                    open_ones.pop(0).close()
            else:
                one.sendall(f"POST /api/solve HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: "
                            f"application/json\r\nContent-Length: {100 << 20}\r\n\r\n".encode())
                for _ in range(100):
                    one.sendall(b"x" * (1 << 20))
                one.close()
        except OSError:
            pass
        time.sleep(0.1)


def timed_solves(body, headers, count):
    own, solve = [], []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for k in range(count + 5):
        begun = time.monotonic()
        status, content, _ = ask("POST", "/api/solve", body(RATES[k % len(RATES)]), headers,
                                 connection)
        assert status == 200 and content["certified"], content
        if k >= 5:
            own.append(1000 * (time.monotonic() - begun))
            solve.append(1000 * content["seconds"])
    return own, solve


def timed_draws(body, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    begun = time.monotonic()
    connection.request("POST", "/api/simulate", body, {**headers, "Accept": "text/event-stream"})
    answer = connection.getresponse()
    first = None
    while line := answer.readline().decode():
        if line.startswith("event: partial") and first is None:
            first = time.monotonic() - begun
        if line.startswith("event: result"):
            return first, time.monotonic() - begun
        assert not line.startswith("event: error"), answer.read()
    raise AssertionError("the stream ended without a result")


def main():
    global port
    options = argparse.ArgumentParser()
    options.add_argument("--clients", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--pause", type=float, default=0.1, help="seconds between two moves")
    options = options.parse_args()
    begun = time.monotonic()
    process = subprocess.Popen([ROOT / "build/release/bin/altyn", "serve", "--port", "0", "-q"],
                               stdout=subprocess.PIPE, text=True)
    port = int(process.stdout.readline().split(":")[2].strip().strip("/"))
    up = time.monotonic() - begun
    page = ask("GET", "/", None, {})[1]
    page_at = time.monotonic() - begun
    ask("GET", "/api/catalogue")
    catalogue_at = time.monotonic() - begun
    ask("GET", "/api/first")
    first_at = time.monotonic() - begun
    print(f"load average {os.getloadavg()[0]:.1f}")
    print(f"| cold start to listening | {up:.3f} s |\n| to the page ({len(page)} bytes) | {page_at:.3f} s |")
    print(f"| to the catalogue | {catalogue_at:.3f} s |\n| to the flagship claim checked | {first_at:.3f} s |")

    own, solve = timed_solves(scenario, HEADERS, 200)
    print(f"| solve, 82 economies: median, p95 | {statistics.median(own):.1f} ms, "
          f"{quantile(own, 0.95):.1f} ms ({statistics.median(solve):.1f} ms of it in the engine) |")
    first, whole = timed_draws(json.dumps({"content": {
        "scenario": {"name": "drag", "extends": "common-tariff-plus-5"},
        "model": {"n_draws": 500}}}), HEADERS)
    print(f"| 500 draws, 82 economies: first interval, all | {first:.2f} s, {whole:.2f} s |")

    status, about, headers = ask("POST", "/api/tables?name=mine.csv", table_of(194),
                                 {"Content-Type": "application/octet-stream"})
    assert status == 201, about
    mine = {**HEADERS, "Cookie": headers["Set-Cookie"].split(";")[0]}

    def wide(rate, draws=0):
        return json.dumps({"content": {
            "scenario": {"name": "wide", "year": 2016}, "world": {"trade": "mine.csv"},
            "model": {"n_draws": draws},
            "change": [{"name": "border", "what": "border_cost", "from": ["KAZ"],
                        "with": ["RUS", "BLR"], "by_pct": rate, "range_pct": [0, 20]}]}})
    own, solve = timed_solves(wide, mine, 100)
    print(f"| solve, 194 economies: median, p95 | {statistics.median(own):.1f} ms, "
          f"{quantile(own, 0.95):.1f} ms ({statistics.median(solve):.1f} ms of it in the engine) |")
    first, whole = timed_draws(wide(5.0, 500), mine)
    print(f"| 500 draws, 194 economies: first interval, all | {first:.2f} s, {whole:.2f} s |")

    expected = {rate: ask("POST", "/api/solve", scenario(rate))[1]["real_income"] for rate in RATES}
    end = time.monotonic() + options.seconds
    clients = [Client(k, end, expected, options.pause) for k in range(options.clients)]
    troublemaker = threading.Thread(target=misbehave, args=(end,))
    before = memory_mb(process)
    for one in clients + [troublemaker]:
        one.start()
    time.sleep(options.seconds / 2)
    middle = memory_mb(process)
    for one in clients + [troublemaker]:
        one.join()
    after = memory_mb(process)
    waits = [second for one in clients for second in one.seconds]
    busy = sum(one.busy for one in clients)
    wrong = [problem for one in clients for problem in one.wrong]
    print(f"| {options.clients} clients for {options.seconds:.0f} s: answers, 429, wrong | "
          f"{len(waits)}, {busy}, {len(wrong)} |")
    print(f"| their waits: median, p95, longest | {1000 * statistics.median(waits):.0f} ms, "
          f"{1000 * quantile(waits, 0.95):.0f} ms, {1000 * max(waits):.0f} ms |")
    print(f"| memory before, half way, after | {before:.0f}, {middle:.0f}, {after:.0f} MB |")
    process.terminate()
    assert process.wait(timeout=30) == 0
    assert not wrong, wrong[:5]
    assert quantile(waits, 0.95) < 1.0 and after < middle + 20
    return 0


if __name__ == "__main__":
    sys.exit(main())
