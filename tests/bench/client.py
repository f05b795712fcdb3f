"""The load client: many keep-alive connections in one thread, on raw sockets and one selector.

It shares the machine with what it measures, so it does as little as it can: bodies and headers are made before
the clock starts, and of an answer it reads the status, the length and the id.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ID = re.compile(rb'"id": *"([^"]+)"')
_PATIENCE = 30.0


class NotAccepted(Exception):
    """An answer was not 201, or a connection ended in the middle of a request."""


@dataclass
class Load:
    """What came back. `latencies` are seconds from sending to the whole answer, only of those answered while the
    clock ran; `accepted` maps the id of every accepted document to the monotonic time of its 201."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    accepted: dict[str, float] = field(default_factory=dict)
    client_cpu: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


class _Connection:
    def __init__(self, port: int) -> None:
        self.port = port
        self.sent_at = 0.0
        self.received = b""
        self.socket = self._open()

    def _open(self) -> socket.socket:
        opened = socket.create_connection((HOST, self.port), timeout=_PATIENCE)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def send(self, request: bytes) -> None:
        self.sent_at = time.monotonic()
        self.socket.sendall(request)

    def answer(self) -> tuple[bytes, bytes] | None:
        """Head and body once the whole answer is there."""
        data = self.socket.recv(65_536)
        if not data:
            raise NotAccepted("the server closed a connection in the middle of a request")
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if found else None
        if length is None or len(body) < int(length[1]):
            return None
        self.received = b""
        return head, body


class Client:
    """`connections` connections to `path` on `port`; each request has an Idempotency-Key of its own."""

    def __init__(self, port: int, path: str, bodies: Sequence[bytes], connections: int) -> None:
        self._head = f"POST {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nIdempotency-Key: ".encode()
        type = "\r\nContent-Type: application/json\r\nContent-Length: "
        self._ends = [f"{type}{len(body)}\r\n\r\n".encode() + body for body in bodies]
        self._number = 0
        self._selector = selectors.DefaultSelector()
        self._connections = [_Connection(port) for _ in range(connections)]
        for connection in self._connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def close(self) -> None:
        for connection in self._connections:
            connection.socket.close()
        self._selector.close()

    def flat_out(self, seconds: float) -> Load:
        """Every connection sends its next request as soon as it has its answer. Raises NotAccepted."""
        load, cpu, started = Load(seconds), time.process_time(), time.monotonic()
        end, open_requests = started + seconds, 0
        for connection in self._connections:
            connection.send(self._request())
            open_requests += 1
        while open_requests:
            for connection, now in self._answered(load, end + _PATIENCE):
                if now < end:
                    load.latencies.append(now - connection.sent_at)
                    connection.send(self._request())
                else:
                    open_requests -= 1
        load.client_cpu = time.process_time() - cpu
        return load

    def paced(self, per_second: float, seconds: float) -> Load:
        """A request at each tick of the clock, on a connection that is free; where none is, as soon as one is.
        Latencies count from the tick, so that a late start shows. Raises NotAccepted."""
        load, cpu, started = Load(seconds), time.process_time(), time.monotonic()
        free, total, sent = list(self._connections), int(per_second * seconds), 0
        deadline = started + seconds + _PATIENCE
        while len(load.accepted) < total:
            due = started + sent / per_second
            if sent < total and free and time.monotonic() >= due:
                connection = free.pop()
                connection.send(self._request())
                connection.sent_at = due
                sent += 1
                continue
            wait = due - time.monotonic() if sent < total and free else _PATIENCE
            for connection, now in self._answered(load, deadline, max(wait, 0)):
                load.latencies.append(now - connection.sent_at)
                free.append(connection)
        load.client_cpu = time.process_time() - cpu
        return load

    def _request(self) -> bytes:
        self._number += 1
        return self._head + uuid.uuid4().hex.encode() + self._ends[self._number % len(self._ends)]

    def _answered(self, load: Load, deadline: float, wait: float = _PATIENCE) -> Iterator[tuple[_Connection, float]]:
        """The connections whose answer has come, and when; each accepted document is noted in `load`."""
        ready = self._selector.select(wait)
        if time.monotonic() > deadline:
            raise NotAccepted("the answers did not come in time")
        for key, _ in ready:
            connection: _Connection = key.data
            answer = connection.answer()
            if answer is None:
                continue
            now = time.monotonic()
            head, body = answer
            id = _ID.search(body)
            if not head.startswith(b"HTTP/1.1 201 ") or id is None:
                raise NotAccepted(f"not accepted: {head[:200]!r} {body[:500]!r}")
            load.accepted[id[1].decode()] = now
            yield connection, now
