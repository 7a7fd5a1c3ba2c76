"""What a hand-made request carries never becomes a 500, and never a word of our own pages or figures."""

import pytest
from flask import Flask

from tests.conftest import sign_in
from tests.house.world import World

NINES = "9" * 5000


@pytest.mark.parametrize(
    ("role", "path", "fields", "status"),
    [
        ("school", "/referrals/drafts/{draft}/household", {"remove_person": NINES, "version": "1"}, 303),
        ("mash.manager", "/referrals/{referral}/decision", {"answer": "agree", "team_locality": NINES}, 422),
        ("mash.worker", "/referrals/{referral}/marks/9223372036854775808", {"words": "x"}, 404),
        ("mash.worker", "/referrals/{referral}/marks/9223372036854775807", {"words": "x"}, 422),
    ],
)
def test_numbers_too_large_to_be_one(
    walked: tuple[Flask, World], role: str, path: str, fields: dict[str, str], status: int
) -> None:
    app, world = walked
    answer = sign_in(app, role).post(path.format(**world.own), data=fields)
    assert answer.status_code == status


def test_a_draft_page_is_not_a_place_to_store_megabytes(walked: tuple[Flask, World]) -> None:
    app, world = walked
    school, path = sign_in(app, "school"), f"/referrals/drafts/{world.own['draft']}/concern/save"
    kept = school.post(path, data={"what_happened": "w" * 50_000, "version": "1"})
    assert kept.status_code == 200
    refused = school.post(path, data={"what_happened": "w" * 600_000, "version": str(kept.json["version"])})
    assert refused.status_code == 413


def test_an_invented_method_is_counted_as_other(bare_app: Flask) -> None:
    client = bare_app.test_client()
    client.open("/accounts/sign-in", method="EVIL0")
    figures = client.get("/metrics").text
    assert "EVIL0" not in figures and 'method="other"' in figures


def test_figures_are_for_the_token_alone_in_production(bare_app: Flask) -> None:
    client = bare_app.test_client()
    bare_app.config["ENVIRONMENT"] = "production"
    assert client.get("/metrics").status_code == 404
    bare_app.config["METRICS_TOKEN"] = "a-token"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer a-token"}).status_code == 200
