"""Drives an application on this machine and reads what a request costs: wall time as a client sees it, CPU of the server and
of the database from the operating system. Every answer is checked. Standard library only."""

import os
import random
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CSRF = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
TICKS = os.sysconf("SC_CLK_TCK")


class Connection:
    """A kept-alive HTTP/1.1 connection with a cookie jar; reconnects when the server has closed it."""

    def __init__(self, base: str, jar: dict[str, str] | None = None) -> None:
        url = urlsplit(base)
        self.address = (url.hostname or "127.0.0.1", url.port or 80)
        self.jar = dict(jar or {})
        self._socket: socket.socket | None = None
        self._buffer = b""

    def close(self) -> None:
        """Close it."""
        if self._socket:
            self._socket.close()
        self._socket = None

    def request(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Ask, and give status and body. A post sends `fields` as a form."""
        body = urlencode(fields).encode() if fields is not None else b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.address[0]}:{self.address[1]}", "User-Agent: bench"]
        if self.jar:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.jar.items()))
        if fields is not None:
            lines += [f"{name}: {value}" for name, value in FORM.items()] + [f"Content-Length: {len(body)}"]
        raw = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        for attempt in (0, 1):
            fresh = self._socket is None
            if fresh:
                self._socket = socket.create_connection(self.address, timeout=120)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._buffer = b""
            try:
                assert self._socket is not None
                self._socket.sendall(raw)
                return self._read()
            except (ConnectionError, EOFError):
                self.close()
                if fresh or attempt:
                    raise
        raise ConnectionError

    def _more(self) -> None:
        assert self._socket is not None
        received = self._socket.recv(262144)
        if not received:
            raise EOFError
        self._buffer += received

    def _read(self) -> tuple[int, bytes]:
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        first, *rest = head.split(b"\r\n")
        length, last = 0, False
        for line in rest:
            name, _, value = line.partition(b":")
            name, value = name.strip().lower(), value.strip()
            if name == b"content-length":
                length = int(value)
            elif name == b"connection":
                last = value.lower() == b"close"
            elif name == b"set-cookie":
                key, _, cookie = value.split(b";", 1)[0].decode("latin1").partition("=")
                self.jar[key.strip()] = cookie
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        if last:
            self.close()
        return int(first.split(b" ", 2)[1]), body


@dataclass(frozen=True)
class Ask:
    """One request: what is sent, and how a right answer looks (its status, and so many times this pattern)."""

    method: str
    path: str
    fields: dict[str, str] | None = None
    status: int = 200
    pattern: bytes = b""
    least: int = 1


@dataclass
class Target:
    """A running application: who signs in and how, what its operations ask, and whose CPU counts."""

    name: str
    base: str
    sign_in: tuple[str, dict[str, str]]
    token_page: str
    operations: dict[str, Callable[[random.Random], Ask]]
    pid: int
    database_cpu: Callable[[], float]
    jar: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def enter(self) -> None:
        """Sign in, and take the form token that the posts send."""
        connection = Connection(self.base)
        path, fields = self.sign_in
        found = CSRF.search(connection.request("GET", path)[1])
        assert found, f"{self.name}: no form token at {path}"
        status, body = connection.request("POST", path, {**fields, "csrf_token": found[1].decode()})
        assert status in (302, 303), (self.name, status, body[:500])
        found = CSRF.search(connection.request("GET", self.token_page)[1])
        assert found, f"{self.name}: no form token at {self.token_page}"
        self.jar, self.token = dict(connection.jar), found[1].decode()
        connection.close()


def is_right(ask: Ask, status: int, body: bytes) -> bool:
    """Whether this is the answer that was asked for."""
    return status == ask.status and (not ask.pattern or len(re.findall(ask.pattern, body)) >= ask.least)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    children.setdefault(int(file.read().rsplit(")", 1)[1].split()[1]), []).append(int(name))
            except (OSError, IndexError):
                continue
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return found


def cpu_of(pid: int) -> float:
    """CPU seconds used so far by a process and its descendants, those that ended included."""
    total = 0
    for one in _descendants(pid):
        try:
            with open(f"/proc/{one}/stat") as file:
                total += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:15]))
        except (OSError, IndexError):
            continue
    return total / TICKS


def cpu_of_backends(database: str) -> float:
    """CPU seconds used so far by the live PostgreSQL backends of one database (the pool keeps them alive)."""
    total, tag = 0, f" {database} ".encode()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    title = file.read()
                if title.startswith(b"postgres:") and tag in title:
                    with open(f"/proc/{name}/stat") as file:
                        fields = file.read().rsplit(")", 1)[1].split()
                    total += int(fields[11]) + int(fields[12])
            except (OSError, IndexError):
                continue
    return total / TICKS


def memory_of(pid: int) -> float:
    """Proportional memory (PSS) of a process and its descendants, in MiB."""
    total = 0
    for one in _descendants(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1024


@dataclass
class Measured:
    """What an operation cost: each wall time in ms, CPU of server and database in ms a request, wrong answers."""

    times: list[float] = field(default_factory=list)
    cpu: float = 0.0
    database: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The wall time that this share of the requests stayed under, in ms."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]

    @property
    def cost(self) -> float:
        """CPU of server and database for one request, in ms."""
        return (self.cpu + self.database) * 1000 / len(self.times)


def one_after_another(target: Target, operation: str, count: int, into: Measured, seed: int) -> None:
    """So many requests of one client; adds what they cost."""
    connection, random_ = Connection(target.base, target.jar), random.Random(seed)
    cpu, database = cpu_of(target.pid), target.database_cpu()
    for _ in range(count):
        _ask(target, connection, target.operations[operation](random_), into)
    into.cpu += cpu_of(target.pid) - cpu
    into.database += target.database_cpu() - database
    connection.close()


def _ask(target: Target, connection: Connection, ask: Ask, into: Measured) -> None:
    fields = None if ask.fields is None else {**ask.fields, "csrf_token": target.token}
    begun = time.perf_counter()
    status, body = connection.request(ask.method, ask.path, fields)
    into.times.append((time.perf_counter() - begun) * 1000)
    if not is_right(ask, status, body):
        into.wrong.append(f"{ask.method} {ask.path}: {status} {body[:200]!r}")


def side_by_side(target: Target, operation: str, clients: int, requests: int) -> tuple[Measured, float]:
    """Several clients at once, so many requests each; gives what they saw, and requests a second."""
    results = [Measured() for _ in range(clients)]

    def work(number: int) -> None:
        connection, random_ = Connection(target.base, target.jar), random.Random(1000 + number)
        for _ in range(requests):
            _ask(target, connection, target.operations[operation](random_), results[number])
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    together = Measured(times=[each for one in results for each in one.times])
    together.wrong = [each for one in results for each in one.wrong]
    return together, len(together.times) / seconds
