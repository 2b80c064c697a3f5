"""Sends requests down a connection without waiting for each answer, and reads the answers in order."""

import socket


class Broken(Exception):
    """The connection ended, or what came is no HTTP."""


class Reader:
    def __init__(self, connection):
        self.connection, self.buffer = connection, b""

    def fill(self):
        received = self.connection.recv(1 << 16)
        if not received:
            raise Broken("the connection was closed")
        self.buffer += received

    def until(self, end):
        while end not in self.buffer:
            self.fill()
        found, self.buffer = self.buffer.split(end, 1)
        return found

    def take(self, count):
        while len(self.buffer) < count:
            self.fill()
        found, self.buffer = self.buffer[:count], self.buffer[count:]
        return found

    def answer(self, method):
        """The status, the first bytes of the body, and whether the connection is to be closed."""
        while True:
            first, *lines = self.until(b"\r\n\r\n").split(b"\r\n")
            parts = first.split(b" ", 2)
            if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
                raise Broken(f"no status line: {first[:80]!r}")
            status = int(parts[1])
            if status >= 200:
                break
        headers = dict(line.lower().split(b":", 1) for line in lines if b":" in line)
        body = b""
        if method != "HEAD" and status not in (204, 304):
            if b"chunked" in headers.get(b"transfer-encoding", b""):
                while size := int(self.until(b"\r\n").split(b";")[0], 16):
                    body += self.take(size)
                    self.take(2)
                self.until(b"\r\n")
            else:
                body = self.take(int(headers.get(b"content-length", b"0")))
        return status, body[:300], b"close" in headers.get(b"connection", b"")


def exchange(port, inputs, timeout=60):
    """
    Sends all inputs, on one connection while the server keeps it.

    Yields (input, status, body) in order; the status is None when the server gave no answer even to the input alone.
    """
    waiting = list(inputs)
    while waiting:
        answered, status = 0, 0
        connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = Reader(connection)
            try:
                connection.sendall(b"".join(input.wire() for input in waiting))
            except OSError:
                pass  # The server may have closed after an early one, whose answer is still to be read.
            for input in waiting:
                status, body, is_last = reader.answer(input.method)
                yield input, status, body
                answered += 1
                if is_last:
                    break
        except (Broken, OSError, ValueError) as reason:
            if answered == 0:
                if len(waiting) == 1:
                    yield waiting[0], None, repr(reason).encode()
                    answered = 1
                else:
                    yield from exchange(port, waiting[:1], timeout)
                    answered = 1
        finally:
            connection.close()
        waiting = waiting[answered:]


def raw(port, data, timeout=10):
    """The first bytes of what comes back for bytes that may be no HTTP at all."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(200)
        except OSError:
            return b""
