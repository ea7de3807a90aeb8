"""Sends requests over persistent connections and counts the answers.

`python -m benchmarks.load HOST PORT CLIENTS SECONDS` takes the requests on standard input: a JSON list of texts, ready
for the wire. The outcome goes to standard output as JSON. It is one thread over plain sockets, so that it takes little
of the machine that it measures.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from itertools import cycle

HEAD_ENDS = b"\r\n\r\n"


class Client:
    """One persistent connection: the next request goes out as soon as the last is answered."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.received = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def answered(self) -> bool:
        """Read what has come; whether that completes an answer. Ends the run at any answer but 200."""
        self.received += self.socket.recv(65536)
        head, separator, body = self.received.partition(HEAD_ENDS)
        if not separator or len(body) < content_length(head):
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"A request failed: {self.received[:500].decode(errors='replace')}")
        self.received = b""
        return True


def content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def run(host: str, port: int, clients: int, seconds: float, requests: Iterator[bytes]) -> dict[str, object]:
    selector = selectors.DefaultSelector()
    took: list[float] = []
    for _ in range(clients):
        client = Client(host, port)
        selector.register(client.socket, selectors.EVENT_READ, client)
        client.send(next(requests))
    begun = time.perf_counter()
    ends = begun + seconds
    while (now := time.perf_counter()) < ends:
        for key, _ in selector.select(1):
            client = key.data
            if client.answered():
                took.append(time.perf_counter() - client.sent_at)
                client.send(next(requests))
    return {"requests": len(took), "seconds": now - begun, "took": took}


if __name__ == "__main__":
    host, port, clients, seconds = sys.argv[1:]
    wire = cycle([text.encode() for text in json.load(sys.stdin)])
    json.dump(run(host, int(port), int(clients), float(seconds), wire), sys.stdout)
