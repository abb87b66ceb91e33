"""A mail server on loopback that keeps what it accepts and can kill its client at either side."""

import email
import email.policy
import os
import signal
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage


class Sink(socketserver.ThreadingTCPServer):
    """Accepts every letter; `kill(pid, at, before)` ends the client at its n-th letter."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.raw: list[bytes] = []
        self.connections = 0
        self.refuse: dict[str, str] = {}
        self._victim: tuple[int, int, bool] | None = None
        self._seen = 0
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """Return the port the system gave."""
        return int(self.server_address[1])

    @property
    def letters(self) -> list[EmailMessage]:
        """Return the accepted letters, parsed."""
        policy = email.policy.default
        return [email.message_from_bytes(raw, policy=policy) for raw in self.raw]

    def kill(self, pid: int, *, at: int, before: bool) -> None:
        """Kill the process around the reply to its n-th letter."""
        self._victim = (pid, at, before)

    def accept(self, data: bytes, reply: "socket.socket") -> None:
        """Take the letter, or kill its sender before; kill after the 250 where asked."""
        with self._lock:
            self._seen += 1
            pid, at, before = self._victim or (0, 0, False)
            doomed = self._seen == at
            if doomed and before:
                os.kill(pid, signal.SIGKILL)
                return
            self.raw.append(data)
            if doomed:
                os.kill(pid, signal.SIGSTOP)  # it must not read the 250 before it dies
            reply.sendall(b"250 accepted\r\n")
            if doomed:
                os.kill(pid, signal.SIGKILL)


class Conversation(socketserver.StreamRequestHandler):
    """The few verbs a client needs."""

    disable_nagle_algorithm = True
    server: Sink

    def handle(self) -> None:
        """Answer until the client leaves."""
        self.server.connections += 1
        self.request.sendall(b"220 sink\r\n")
        try:
            for line in self.rfile:
                if not self._answer(line.strip()):
                    return
        except ConnectionError:
            return

    def _answer(self, line: bytes) -> bool:
        if hasattr(socket, "TCP_QUICKACK"):
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        verb = line[:4].upper()
        if verb == b"DATA":
            self.request.sendall(b"354 go on\r\n")
            self.server.accept(self._data(), self.request)
        elif verb == b"RCPT":
            address = line.partition(b"<")[2].partition(b">")[0].decode()
            refusal = self.server.refuse.get(address, "250 ok")
            self.request.sendall(refusal.encode() + b"\r\n")
        elif verb == b"QUIT":
            self.request.sendall(b"221 bye\r\n")
            return False
        else:
            self.request.sendall(b"250 ok\r\n")
        return True

    def _data(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        return b"".join(lines)


@contextmanager
def running_sink() -> Iterator[Sink]:
    """Run a sink for the time of a test."""
    with Sink() as sink:
        thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield sink
        finally:
            sink.shutdown()
            thread.join()
