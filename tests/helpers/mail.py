"""A mail server on a real socket, for tests: takes what a sender gives it, or fails as a test asks."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any


@dataclass
class MailServer:
    """What came in, and how the server behaves: `refuse` maps an address to the answer to it (such as "550 unknown"),
    `at_rcpt` and `at_text` are called at those moments, with the text before it is answered; one that gives an answer
    replaces ours, `drop` hangs up instead."""

    port: int = 0
    texts: list[bytes] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    at_rcpt: Callable[[], str | None] = lambda: None
    at_text: Callable[[], str | None] = lambda: None
    tls: ssl.SSLContext | None = None
    secured: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        """The messages taken, in order."""
        return [message_from_bytes(text, policy=policy.default) for text in self.texts]  # type: ignore[misc]

    @property
    def to(self) -> list[str]:
        """To whom, in order."""
        return [mail["To"] for mail in self.mails]


DROP = "drop"


class _Handler(socketserver.StreamRequestHandler):
    """One connection, as RFC 5321 has it."""

    server: Any

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        box: MailServer = self.server.box
        self.say("220 test")
        while line := self.rfile.readline():
            words = line.decode("ascii", "replace").strip()
            verb = words.split(" ")[0].upper()
            if verb == "QUIT":
                return self.say("221 bye")
            answer = self.answer(verb, words, box)
            if answer == DROP:
                return None
            if answer:
                self.say(answer)
        return None

    def finish(self) -> None:
        super().finish()
        # With TLS it is another one than the server opened.
        self.connection.close()

    def answer(self, verb: str, words: str, box: MailServer) -> str:
        if verb == "EHLO":
            offers = ["250-STARTTLS"] if box.tls else []
            return "\r\n".join(["250-test", *offers, "250 8BITMIME"])
        if verb == "STARTTLS" and box.tls:
            self.say("220 go on")
            self.connection = box.tls.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
            box.secured += 1
            return ""
        if verb == "RCPT":
            address = words.split("<")[1].split(">")[0]
            return box.at_rcpt() or box.refuse.get(address, "250 ok")
        if verb == "DATA":
            return self.take(box)
        return "250 ok"

    def take(self, box: MailServer) -> str:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        box.texts.append(b"".join(lines))
        return box.at_text() or "250 taken"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True
    box: MailServer

    def handle_error(self, _request: Any, _address: Any) -> None:
        """A sender that hangs up is what some tests are about."""


@contextmanager
def mail_server(**behaviour: Any) -> Iterator[MailServer]:
    """A mail server on a free port of this machine."""
    box = MailServer(**behaviour)
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.box, box.port = box, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, str]:
    """A certificate for a host that signs itself: the server's side, and the file that says it can be trusted."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)  # noqa: TID251
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    own, public = folder / "own.pem", folder / "ca.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own.write_bytes(secret + public.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context, str(public)
