"""Sends requests over persistent connections and counts the answers.

`python -m benchmarks.load HOST PORT CLIENTS SECONDS [RATE]` takes the requests on standard input: a JSON list of texts,
ready for the wire; twelve `#` in one become a number that no other request has. Each goes out as soon as a client is
free, or RATE of them a second; a request that is due and finds no client free has begun to wait.

The outcome goes to standard output as JSON. It is one thread over plain sockets, so that it takes little of the machine
that it measures.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from itertools import count, cycle

HEAD_ENDS = b"\r\n\r\n"
NUMBER = b"#" * 12


class Client:
    """One persistent connection, over which one request at a time is answered."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self.received = b""

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self.socket.sendall(request)

    def answered(self) -> bool:
        """Read what has come; whether that completes an answer. Ends the run at any answer but a good one."""
        self.received += self.socket.recv(65536)
        head, separator, body = self.received.partition(HEAD_ENDS)
        if not separator or len(body) < content_length(head):
            return False
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 202")):
            sys.exit(f"A request failed: {self.received[:500].decode(errors='replace')}")
        self.received = b""
        return True


def content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def run(
    host: str, port: int, clients: int, seconds: float, rate: float, requests: Iterator[bytes]
) -> dict[str, object]:
    selector = selectors.DefaultSelector()
    free = [Client(host, port) for _ in range(clients)]
    for client in free:
        selector.register(client.socket, selectors.EVENT_READ, client)
    took: list[float] = []
    begun = now = time.perf_counter()
    due = begun
    while now < begun + seconds:
        while free and due <= now:
            free.pop().send(next(requests), due if rate else now)
            due += 1 / rate if rate else 0
        for key, _ in selector.select(max(0.0, due - now) if free else 1):
            if key.data.answered():
                took.append(time.perf_counter() - key.data.due)
                free.append(key.data)
        now = time.perf_counter()
    return {"requests": len(took), "seconds": now - begun, "took": took}


def numbered(requests: Iterator[bytes]) -> Iterator[bytes]:
    numbers = count(time.time_ns() // 1000)  # microseconds: a later run begins where no earlier one has been
    return (request.replace(NUMBER, b"%012d" % (next(numbers) % 10**12)) for request in requests)


if __name__ == "__main__":
    host, port, clients, seconds, *rate = sys.argv[1:]
    wire = numbered(cycle([text.encode() for text in json.load(sys.stdin)]))
    json.dump(run(host, int(port), int(clients), float(seconds), float(rate[0]) if rate else 0, wire), sys.stdout)
