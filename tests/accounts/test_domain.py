"""The plain rules: when a session is over, how long a guesser waits, which passwords do, where a sign-in may lead."""

from datetime import UTC, datetime, timedelta

import pytest

from caseapp.accounts.catalogue import COMMON_PASSWORDS
from caseapp.accounts.domain import (
    ACCOUNT,
    ADDRESS,
    Limit,
    local_path,
    may_be_parked,
    network_of,
    password_problem,
    prepare_password,
    seconds_to_wait,
    session_state,
    throttle_keys,
)

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


@pytest.mark.parametrize(
    ("signed_in", "last_seen", "ended", "why_ended", "disabled", "expected"),
    [
        (ago(minutes=1), ago(seconds=5), None, None, None, (True, "")),
        (ago(hours=2), ago(minutes=29, seconds=59), None, None, None, (True, "")),
        (ago(hours=2), ago(minutes=30), None, None, None, (False, "locked")),
        (ago(hours=11, minutes=59), ago(seconds=5), None, None, None, (True, "")),
        (ago(hours=12), ago(seconds=5), None, None, None, (False, "absolute")),
        (ago(hours=1), ago(seconds=5), ago(seconds=1), "signed_out", None, (False, "signed_out")),
        (ago(hours=1), ago(seconds=5), ago(seconds=1), None, None, (False, "ended")),
        (ago(hours=1), ago(seconds=5), None, None, ago(seconds=1), (False, "disabled")),
    ],
)
def test_a_session_holds_or_says_why_not(signed_in, last_seen, ended, why_ended, disabled, expected) -> None:
    state = session_state(
        NOW, created_at=signed_in, last_seen_at=last_seen, ended_at=ended, ended_why=why_ended, disabled_at=disabled
    )
    assert (state.live, state.why or state.stage) == expected


@pytest.mark.parametrize(
    ("limit", "failures", "quiet_seconds", "wait"),
    [
        (ACCOUNT, 0, 0, 0),
        (ACCOUNT, 4, 0, 0),
        (ACCOUNT, 5, 0, 2),
        (ACCOUNT, 5, 1.2, 1),
        (ACCOUNT, 5, 2, 0),
        (ACCOUNT, 6, 0, 4),
        (ACCOUNT, 7, 0, 8),
        (ACCOUNT, 8, 0, 16),
        (ACCOUNT, 9, 0, 32),
        (ACCOUNT, 10, 0, 60),
        (ACCOUNT, 10_000, 0, 60),
        (ACCOUNT, 10_000, 60, 0),
        (ACCOUNT, 10_000, 15 * 60, 0),
        (ADDRESS, 29, 0, 0),
        (ADDRESS, 30, 0, 2),
        (ADDRESS, 30, 10, 0),
        (ADDRESS, 36, 20, 12),
        (ADDRESS, 300, 0, 60),
    ],
)
def test_a_guesser_waits_longer_and_longer_but_never_more_than_a_minute(
    limit: Limit, failures: int, quiet_seconds: float, wait: int
) -> None:
    assert seconds_to_wait(limit, failures, NOW - timedelta(seconds=quiet_seconds), NOW) == wait


def test_nobody_waits_more_than_a_minute_when_clocks_disagree() -> None:
    assert seconds_to_wait(ACCOUNT, 10, NOW + timedelta(hours=3), NOW) <= 60


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("", "", True),
        ("unix:", "unix:", True),
    ],
)
def test_one_customer_has_one_address(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_keys_hold_neither_the_address_nor_the_account() -> None:
    keys = throttle_keys(" Someone@Demo.Example ", "203.0.113.7", "")
    assert list(keys.values()) == [ACCOUNT, ADDRESS]
    assert not any("demo" in key or "203" in key for key in keys)
    assert all(len(key) <= 80 for key in (*keys, *throttle_keys("someone@demo.example", "203.0.113.7", "a browser")))
    assert keys == throttle_keys("someone@demo.example", "203.0.113.7", "")


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("", "12 characters"),
        ("eleven char", "12 characters"),
        ("x" * 201, "200 characters"),
        ("hannah@school.example", "e-mail"),
        ("Hannah@School.example", "e-mail"),
        ("hannah@school.example!", "e-mail"),
        ("password1234", "first"),
        ("Password2026!", "first"),
        ("P-a-s-s-w-o-r-d-9", "first"),
        ("demo-only-password", "first"),
        ("safeguarding2026", "first"),
        ("Rotherham2026!!", "first"),
        ("123456789012", "first"),
        ("aaaaaaaaaaaa", "first"),
        ("abababababab", "first"),
        ("            ", "first"),
        ("correct horse battery", None),
        ("пароль из трёх слов", None),
        ("🦊🐻🐼🦁🐯🐨🐸🐵🐔🐧🐦🐤", None),
        ("🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊", "first"),
        ("fox 🦊 on the hill", None),
        ("x7Kp2mQ9vLw3", None),
    ],
)
def test_passwords(password: str, word: str | None) -> None:
    problem = password_problem(password, email="hannah@school.example", common=COMMON_PASSWORDS)
    assert (word in problem) if word and problem else (problem == word)


def test_one_letter_written_two_ways_is_one_password() -> None:
    assert prepare_password("caf\u00e9") == prepare_password("cafe\u0301")
    assert prepare_password("broken \ud800") == "broken ?"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/", True),
        ("/cases/C-7K4M-2Q9X", True),
        ("/hub/queue?after=R-7K4M-2Q9X&order=due", True),
        ("/caf%C3%A9", True),
        ("", False),
        (None, False),
        ("evil.example", False),
        ("//evil.example", False),
        ("///evil.example", False),
        ("/\\evil.example", False),
        ("\\\\evil.example", False),
        ("https://evil.example/", False),
        ("https:evil.example", False),
        ("javascript:alert(1)", False),
        ("%2F%2Fevil.example", False),
        ("/%2Fevil.example", False),
        ("/%5Cevil.example", False),
        ("/\t/evil.example", False),
        ("/%09/evil.example", False),
        ("/\n/evil.example", False),
        (" //evil.example", False),
        ("/\u2028/evil.example", False),
        ("/accounts/sign-in", False),
        ("/accounts/sign-out", False),
        ("/" + "a" * 300, False),
    ],
)
def test_only_a_path_of_ours_is_followed(text: str | None, kept: bool) -> None:
    assert local_path(text) == (text if kept else None)


@pytest.mark.parametrize(
    ("path", "names", "kept"),
    [
        ("/cases/C-7K4M-2Q9X/notes", ["words", "version"], True),
        ("/cases/C-7K4M-2Q9X/accept", [], False),
        ("/accounts/me/password", ["current_password", "new_password"], False),
        ("/" + "a" * 300, ["words"], False),
    ],
)
def test_what_is_worth_parking(path: str, names: list[str], kept: bool) -> None:
    assert may_be_parked(path, names) is kept
