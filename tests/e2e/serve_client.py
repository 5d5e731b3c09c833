"""A server under test, and a client that can misbehave."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time

from altyn_run import ALTYN


class Server:
    """`altyn serve` on a free port, with whatever flags."""

    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [str(ALTYN), "serve", "--port", "0", *map(str, flags)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http://"), self.process.stderr.read()
        self.port = int(self.address.split(":")[2].split("/")[0])
        self.host = f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def memory_mb(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def raw(self, data, timeout=10):
        """Sends bytes as they are and returns what comes back until the server closes."""
        with self.socket() as connection:
            connection.settimeout(timeout)
            answer = b""
            try:
                connection.sendall(data)
                while piece := connection.recv(65536):
                    answer += piece
            except OSError:
                pass
            return answer

    def ask(self, method, path, body=None, headers=None, timeout=300):
        """Status, headers and the body, read as JSON where it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("application/json") and content:
            content = json.loads(content)
        return answer.status, answer.headers, content

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body, **more):
        return self.ask("POST", path, body, **more)

    def answer(self, method, path, body=None, **more):
        status, _, content = self.ask(method, path, body, **more)
        assert status == 200, (status, content)
        return content

    def events(self, path, body, stop_after=None):
        """Events of a stream as (name, value), until the last or until `stop_after` of them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        connection.request("POST", path, json.dumps(body),
                           {"Content-Type": "application/json", "Accept": "text/event-stream"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        assert answer.headers["Content-Type"] == "text/event-stream"
        found, name = [], None
        try:
            while line := answer.readline():
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text[7:]
                if text.startswith("data: "):
                    found.append((name, json.loads(text[6:])))
                    if stop_after and len(found) >= stop_after:
                        break
        finally:
            connection.close()
        return found

    def until_idle(self, seconds=10):
        """Waits until nothing is being worked on; False when that does not happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.answer("GET", "/api/health")["working"] == 0:
                return True
            time.sleep(0.05)
        return False


def n_open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))
