"""A client of live channels (RFC 6455) that can misbehave."""

import json
import os
import struct

KEY, ACCEPTANCE = "dGhlIHNhbXBsZSBub25jZQ==", b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of RFC 6455, 1.3


def frame(opcode, data, last=True, masked=True):
    mask = os.urandom(4) if masked else b""
    bit = 0x80 if masked else 0
    size = len(data)
    head = bytes([(0x80 if last else 0) | opcode])
    head += (bytes([bit | size]) if size < 126 else
             bytes([bit | 126]) + struct.pack(">H", size) if size < 65536 else
             bytes([bit | 127]) + struct.pack(">Q", size))
    if masked:
        data = bytes(b ^ mask[k % 4] for k, b in enumerate(data))
    return head + mask + data


class Channel:
    """An open channel to a server of serve_client."""

    def __init__(self, server, headers=None, path="/api/solve"):
        self.socket = server.socket()
        lines = {"Host": server.host, "Upgrade": "websocket", "Connection": "Upgrade",
                 "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": KEY,
                 "Origin": f"http://{server.host}", **(headers or {})}
        text = f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        self.socket.sendall(text.encode() + b"\r\n")
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            piece = self.socket.recv(65536)
            if not piece:
                break
            self.rest += piece
        self.head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        self.status = int(self.head.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _take(self, count):
        while len(self.rest) < count:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("closed")
            self.rest += piece
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def receive(self):
        """The next frame: its opcode and its bytes."""
        first, second = self._take(2)
        size = second & 0x7f
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        assert not second & 0x80, "a server masks nothing"
        return first & 0x0f, self._take(size)

    def send(self, text, **more):
        self.socket.sendall(frame(1, text.encode(), **more))

    def answer(self):
        """Number, status and body of the next answer."""
        opcode, data = self.receive()
        assert opcode == 1, (opcode, data)
        number, status, body = data.decode().split(" ", 2)
        return int(number), int(status), json.loads(body)

    def ask(self, number, body):
        self.send(f"{number} {json.dumps(body)}")
        return self.answer()
