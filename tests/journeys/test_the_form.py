"""A school lead between lessons: a child and a sibling, with a photo, begun at one computer and sent from another."""

from collections.abc import Callable

import pytest

from tests.documents import files
from tests.journeys import steps
from tests.journeys.conftest import Person

PersonOf = Callable[..., Person]
GO_ON = steps.GO_ON


def page_number(school: Person) -> tuple[int, int]:
    """Which page of how many the heading says."""
    words = school.text().partition("page ")[2].split()
    return int(words[0]), int(words[2])


@pytest.mark.once("postgresql")
def test_a_form_begun_at_school_is_sent_from_another_computer(person: PersonOf) -> None:
    # 1. Between two lessons: six questions, then there is more time after all.
    school = person("school")
    school.open("/referrals/new")
    school.check()
    school.press("Tell us in two minutes")
    school.check()
    steps.write(school, first_name="Ellie", last_name="Marsden", what_happened="She was not at school since Monday.")
    steps.choose(school, "where", "missing")
    steps.choose(school, "safe_to_go_home", "dont_know")
    steps.choose(school, "parent_informed", "yes")
    school.press("I have more time")
    draft = school.page.url.split("/")[5]
    # 2. One child takes 14 pages at most, also with the questions about going missing; a sibling two more.
    school.open(f"/referrals/drafts/{draft}/concern")
    assert "She was not at school since Monday." in school.page.locator("[name=what_happened]").input_value()
    steps.choose(school, "categories", "missing")
    school.press(GO_ON)
    assert "Exploitation and going missing" in school.text() and page_number(school)[1] <= 14
    one_child = page_number(school)[1]
    school.check()
    steps.choose(school, "signs", "picked_up")
    steps.write(school, missing_times="3", places="Clifton Park\nThe bus station")
    school.press(GO_ON)
    school.open(f"/referrals/drafts/{draft}/children")
    school.press("Add another child")
    steps.write(school, first_name="Jake", last_name="Marsden", postcode="S1 2HH")
    school.press(GO_ON)
    school.check()
    assert page_number(school)[1] <= one_child + 2
    steps.choose(school, "young_carer", "yes")
    school.press(GO_ON)
    assert "An address outside Rotherham" in school.text() and "Sheffield" in school.text()
    # 3. A photo goes in without the place it was taken at; a program does not.
    school.open(f"/referrals/drafts/{draft}/files")
    school.page.locator("#files").set_input_files(
        [
            {"name": "bruise.jpg", "mimeType": "image/jpeg", "buffer": files.photo(width=1200, height=800)},
            {"name": "setup.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x90\0"},
        ]
    )
    with school.page.expect_navigation():
        school.page.locator("button[name=attach]").click()
    assert "setup.exe: We can take PDF" in school.text()
    school.check()
    school.press("Come back later")
    # 4. Another computer: the draft waits, says where it was saved, and goes on where it was left.
    home = person("school")
    home.open("/referrals/new")
    assert "Ellie Marsden, Jake Marsden" in home.text() and "on another computer" in home.text()
    home.check()
    home.follow("Go on")
    home.open(f"/referrals/drafts/{draft}/protected")
    steps.write(home, not_shared="Where the aunt lives, with the father")
    home.press(GO_ON)
    assert "bruise.jpg" in home.text()
    home.press(GO_ON)
    assert "Clifton Park; The bus station" in home.text() and "bruise.jpg" in home.text()
    home.check()
    home.shoot("form-check")
    home.press("Send the referral")
    found = steps.REFERENCE.search(home.text())
    assert found, home.text()[:500]
    # 5. A copy for the council next door, and what the hub sees of it all.
    home.follow("Whose front door it is")
    home.check()
    home.press("I have handed a copy to Sheffield")
    assert "A copy was handed over" in home.text()
    nadia = person("mash.worker")
    nadia.open(f"/referrals/{found.group()}")
    nadia.check()
    for words in (
        *("Missing now", "Missing 3 times in 30 days", "Where the aunt lives, with the father"),
        *("Picked up or dropped off", "A copy was handed to Sheffield City Council", "bruise.jpg"),
    ):
        assert words in nadia.text(), words
    with nadia.page.expect_download() as saving:
        nadia.page.get_by_role("link", name="bruise.jpg").click()
    with saving.value.path().open("rb") as saved:
        content = saved.read()
    assert content.startswith(b"\xff\xd8\xff") and b"SecretPhone" not in content


@pytest.mark.sqlite_only
def test_six_questions_are_sent_without_javascript(person: PersonOf) -> None:
    school = person("school", scripts=False)
    school.open("/referrals/new")
    school.press("Tell us in two minutes")
    school.press("Send, and ring me")
    assert "There is a problem" in school.text() and "Give the child’s name" in school.text()
    steps.write(school, first_name="Ellie", what_happened="Cold, and alone since yesterday.")
    steps.choose(school, "where", "school")
    steps.choose(school, "safe_to_go_home", "no")
    steps.choose(school, "parent_informed", "no")
    steps.choose(school, "reason_not_sought", "unable_to_contact")
    school.press("Send, and ring me")
    assert "We have your referral" in school.text()
    nadia = person("mash.worker", scripts=False)
    nadia.open("/referrals/queue")
    nadia.press("Open the first")
    assert "Ring back: told in two minutes by Hannah Whitfield" in nadia.text()
