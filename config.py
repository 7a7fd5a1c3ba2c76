"""Settings from the environment (docs/operations.md lists them). Nothing secret has a default outside the demo and
the tests."""

import hashlib
import hmac
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
_DEMO_KEY = "demo-only-key-everybody-knows-it"


def _secret_key(environment: str) -> str:
    key = os.environ.get("SECRET_KEY", "")
    if key:
        return key
    if environment in ("demo", "test"):
        return _DEMO_KEY
    raise RuntimeError(
        "SECRET_KEY is not set. Outside the demo the service does not start without one "
        "(CASEAPP_ENV is unset or 'production'; for the demo use `make run` or CASEAPP_ENV=demo)."
    )


def _database_url() -> str:
    url = os.environ.get("DATABASE_URL", "")
    if url:
        return url
    folder = Path(os.environ.get("CASEAPP_INSTANCE", "") or ROOT / "instance")
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder.resolve() / 'caseapp.sqlite'}"


def _number(name: str, default: str) -> float:
    text = os.environ.get(name, "") or default
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 100_000:
        raise RuntimeError(f"{name} must be a number, not {text!r}")
    return number


def _sign_in(environment: str) -> dict[str, Any]:
    """The second step, the lock and the suspension. In the demo nobody has a second step, and nobody is suspended."""
    real = environment == "production"
    second = os.environ.get("SECOND_FACTOR") or ("required" if real else "optional")
    if second not in ("required", "optional"):
        raise RuntimeError(f"SECOND_FACTOR must be required or optional, not {second!r}")
    lock_after = _number("LOCK_AFTER_MINUTES", "30")
    if not lock_after:
        raise RuntimeError("LOCK_AFTER_MINUTES must be more than 0")
    unused = _number("SUSPEND_AFTER_DAYS", "60" if real else "0")
    return {
        "SECOND_FACTOR": second,
        "LOCK_AFTER": timedelta(minutes=lock_after),
        "SUSPEND_AFTER": timedelta(days=unused) if unused else None,
        # Secrets sealed with an earlier SECRET_KEY can still be opened while this one is given.
        "SECRET_KEY_BEFORE": os.environ.get("SECRET_KEY_BEFORE", ""),
    }


SECURITIES = ("starttls", "tls", "none")
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def _telling() -> dict[str, Any]:
    """The mail server, our own address in links, and the hour of the daily e-mail."""
    host = os.environ.get("SMTP_HOST", "")
    security = os.environ.get("SMTP_SECURITY") or "starttls"
    url = (os.environ.get("SERVICE_URL") or "").rstrip("/")
    hour = int(_number("DIGEST_HOUR", "7"))
    if security not in SECURITIES:
        raise RuntimeError(f"SMTP_SECURITY must be one of {', '.join(SECURITIES)}, not {security!r}")
    if host and security == "none" and host not in LOCAL_HOSTS:
        raise RuntimeError("SMTP_SECURITY=none is for a mail server on this machine only")
    if host and not (url and os.environ.get("MAIL_FROM")):
        raise RuntimeError("SMTP_HOST needs MAIL_FROM (who writes) and SERVICE_URL (where links lead)")
    if url and not url.startswith(("https://", "http://")):
        raise RuntimeError(f"SERVICE_URL must begin with https:// or http://, not {url!r}")
    if hour > 23:
        raise RuntimeError("DIGEST_HOUR must be an hour from 0 to 23")
    return {
        "SMTP_HOST": host,
        "SMTP_PORT": int(_number("SMTP_PORT", "465" if security == "tls" else "587")),
        "SMTP_SECURITY": security,
        "SMTP_USER": os.environ.get("SMTP_USER", ""),
        "SMTP_PASSWORD": os.environ.get("SMTP_PASSWORD", ""),
        "SMTP_CA_FILE": os.environ.get("SMTP_CA_FILE", ""),
        "MAIL_FROM": os.environ.get("MAIL_FROM", ""),
        "SERVICE_URL": url,
        "DIGEST_HOUR": hour,
    }


def from_environment() -> dict[str, Any]:
    """Everything the factory needs to know. Raises RuntimeError, in words, for a setting that is missing or wrong."""
    environment = os.environ.get("CASEAPP_ENV") or "production"
    if environment not in ("demo", "production", "test"):
        raise RuntimeError(f"CASEAPP_ENV must be demo, production or test, not {environment!r}")
    secret = _secret_key(environment)
    return {
        "ENVIRONMENT": environment,
        "SECRET_KEY": secret,
        # The logs' own key: by default derived, so that it differs from the cookie key; AUDIT_KEY lets SECRET_KEY be
        # changed alone.
        "AUDIT_KEY": (
            os.environ.get("AUDIT_KEY", "").encode() or hmac.new(secret.encode(), b"audit", hashlib.sha256).digest()
        ),
        "DATABASE_URL": _database_url(),
        "TRUSTED_PROXIES": int(os.environ.get("TRUSTED_PROXIES", "0")),
        "METRICS_TOKEN": os.environ.get("METRICS_TOKEN", ""),
        **_sign_in(environment),
        **_telling(),
        "COUNCIL_NAME": os.environ.get("COUNCIL_NAME", "Rotherham"),
        "HUB_PHONE": os.environ.get("HUB_PHONE", "01632 960500"),
    }
