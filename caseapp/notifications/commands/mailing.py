"""Handing one e-mail to the mail server, in the steps that matter: everything up to the text can be done again without
harm; once the text is on its way, only the server knows."""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from typing import Any, Self
from urllib.parse import urlsplit

from caseapp.kernel import clock
from caseapp.notifications.domain import Mail

# A mail server that answers no faster than this is treated as gone.
TIMEOUT = 20.0
PERMANENT = 500


class MailFailed(Exception):
    """It did not go. `problem` is a code; `permanent`: no later try will do; `unknown`: it may have gone; `server`: the
    mail server itself is at fault, so that nothing else would go either."""

    def __init__(self, problem: str, *, permanent: bool = False, unknown: bool = False, server: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.permanent, self.unknown, self.server = problem, permanent, unknown, server


@dataclass(frozen=True)
class Settings:
    """The mail server as the environment sets it."""

    host: str
    port: int
    security: str
    user: str
    password: str
    ca_file: str
    sender: str
    service_url: str

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Settings | None":
        """The settings; None where no mail server is set."""
        if not config["SMTP_HOST"]:
            return None
        return cls(
            host=config["SMTP_HOST"],
            port=config["SMTP_PORT"],
            security=config["SMTP_SECURITY"],
            user=config["SMTP_USER"],
            password=config["SMTP_PASSWORD"],
            ca_file=config["SMTP_CA_FILE"],
            sender=config["MAIL_FROM"],
            service_url=config["SERVICE_URL"],
        )

    @property
    def name(self) -> str:
        """Under which name our messages are numbered."""
        return urlsplit(self.service_url).hostname or "localhost"


class Mailer:
    """A connection to the mail server, opened with the first e-mail. Use as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def send(self, mail: Mail, *, to: str, number: str, before_text: Callable[[], bool]) -> None:
        """Send one e-mail. `before_text` is called when the server has taken the address and the next step can't be
        taken back; where it gives False, nothing is sent. Raises MailFailed."""
        try:
            text = self._message(mail, to, number).as_bytes(policy=WIRE)
            sender, address = _plain(self._settings.sender), _plain(to)
        except ValueError as error:
            # An address that no mail can have: its owner's must not end the round for the others.
            raise MailFailed("address_refused", permanent=True) from error
        smtp = self._connection()
        try:
            _address(smtp, sender, address)
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise _failed(error) from error
        if not before_text():
            self._close()
            raise MailFailed("taken_by_another")
        try:
            code, _ = smtp.data(text)
        except smtplib.SMTPDataError as error:
            # The server refused to take the text at all.
            self._close()
            raise MailFailed("refused", permanent=error.smtp_code >= PERMANENT) from error
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise MailFailed("no_answer", unknown=True) from error
        if code != 250:
            self._close()
            raise MailFailed("refused", permanent=code >= PERMANENT)

    def _connection(self) -> smtplib.SMTP:
        if self._smtp is None:
            try:
                self._smtp = self._open()
            except (OSError, smtplib.SMTPException) as error:
                raise MailFailed(_kind(error), server=True) from error
        return self._smtp

    def _open(self) -> smtplib.SMTP:
        own = self._settings
        secure = ssl.create_default_context(cafile=own.ca_file or None)
        if own.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(own.host, own.port, timeout=TIMEOUT, context=secure)
        else:
            smtp = smtplib.SMTP(own.host, own.port, timeout=TIMEOUT)
        try:
            if own.security == "starttls":
                smtp.starttls(context=secure)
            if own.user:
                smtp.login(own.user, own.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _message(self, mail: Mail, to: str, number: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = number
        # No machine should answer it.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(mail.text)
        return message

    def _close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()


def _plain(address: str) -> str:
    """The address alone, without the name before it. Raises ValueError for one that no mail can have."""
    plain = parseaddr(address)[1].encode("ascii").decode()
    if "@" not in plain:
        raise ValueError("not an address")
    return plain


def _address(smtp: smtplib.SMTP, sender: str, to: str) -> None:
    """Say who writes and to whom. Raises SMTPSenderRefused, SMTPRecipientsRefused."""
    smtp.ehlo_or_helo_if_needed()
    code, answer = smtp.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    code, answer = smtp.rcpt(to)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({to: (code, answer)})


def _failed(error: Exception) -> MailFailed:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return MailFailed("address_refused", permanent=min(codes) >= PERMANENT)
    if isinstance(error, smtplib.SMTPSenderRefused):
        return MailFailed("sender_refused", server=True)
    return MailFailed(_kind(error), server=True)


def _kind(error: Exception) -> str:
    """Why the mail server could not be used, as a code."""
    if isinstance(error, ssl.SSLError):
        return "not_secure"
    unable = isinstance(error, smtplib.SMTPNotSupportedError)
    if isinstance(error, smtplib.SMTPAuthenticationError) or (unable and "AUTH" in str(error)):
        return "sign_in_refused"
    if isinstance(error, TimeoutError):
        return "no_answer"
    return "not_secure" if unable else "not_reached"
