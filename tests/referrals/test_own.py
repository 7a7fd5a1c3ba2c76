"""A school writes a referral, without a script, from the start page to the receipt and the outcome."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient

from .own_browser import ONE_CHILD, fill, send_one, start, url

Browser = Callable[[str], FlaskClient]


def test_one_child_takes_ten_pages_and_leads_to_a_receipt(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    reference = send_one(school)
    receipt = school.get(f"/referrals/{reference}/receipt")
    assert receipt.status_code == 200
    assert reference in receipt.text
    assert "Ellie Marsden" in receipt.text
    assert "Decided by the end of Mon 23 Nov 2026" in receipt.text
    assert "She slept in her coat." in receipt.text
    assert len(ONE_CHILD) <= 14


def test_me(browser: Browser) -> None:
    school = browser("school")
    draft = start(school)
    for page in ONE_CHILD:
        shown = school.get(url(draft, page))
        assert shown.status_code == 200
