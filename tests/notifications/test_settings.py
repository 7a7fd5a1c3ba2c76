"""The settings of the mail server: what is missing or unsafe stops the start, in words."""

import pytest

import config

NEEDED = {
    "SMTP_HOST": "mail.example",
    "MAIL_FROM": "holdfast@council.example",
    "SERVICE_URL": "https://holdfast.example",
}


def test_without_a_mail_server_nothing_else_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_HOST", raising=False)
    found = config.from_environment()
    assert (found["SMTP_HOST"], found["DIGEST_HOUR"], found["SERVICE_URL"]) == ("", 7, "")


@pytest.mark.parametrize(("security", "port"), [("", 587), ("starttls", 587), ("tls", 465)])
def test_a_mail_server_is_spoken_to_in_secret(monkeypatch: pytest.MonkeyPatch, security: str, port: int) -> None:
    for name, value in {**NEEDED, "SMTP_SECURITY": security}.items():
        monkeypatch.setenv(name, value)
    found = config.from_environment()
    assert (found["SMTP_SECURITY"], found["SMTP_PORT"]) == (security or "starttls", port)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MAIL_FROM", "", "SMTP_HOST needs MAIL_FROM"),
        ("SERVICE_URL", "", "SMTP_HOST needs MAIL_FROM"),
        ("SERVICE_URL", "holdfast.example", "must begin with https://"),
        ("SMTP_SECURITY", "none", "on this machine only"),
        ("SMTP_SECURITY", "ssl", "must be one of"),
        ("SMTP_PORT", "smtp", "SMTP_PORT must be a number"),
        ("DIGEST_HOUR", "24", "an hour from 0 to 23"),
    ],
)
def test_a_wrong_one_is_said_in_words(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    for key, given in {**NEEDED, name: value}.items():
        monkeypatch.setenv(key, given)
    with pytest.raises(RuntimeError, match=words):
        config.from_environment()
