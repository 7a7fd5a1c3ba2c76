"""The register of people: a person's page, what is recorded there, a change of address."""

from tests.house.matrix.row import CASE_WORKERS, HUB, NORTH, Row, to

COUNCIL = {**CASE_WORKERS, **HUB, "edt": 200, "head": 200}
THEIRS = {**NORTH, **HUB}
# Everybody of the council learns that there is a person, so they may be told that this is not for them to do.
NOT_HUB = tuple(role for role in COUNCIL if role not in HUB)
NOT_MANAGER = (*NOT_HUB, "mash.worker")
SETTLES = {"mash.manager": 200, "head": 200}
NOT_SETTLES = tuple(role for role in COUNCIL if role not in SETTLES)

ROWS = (
    # Everybody of the council sees the status card of everybody.
    Row("GET", "/people/{own}", "person", COUNCIL, "Person P-", foreign=200),
    Row("GET", "/people/{own}/who-looked", "person", THEIRS, "Who looked"),
    *(
        Row("GET", f"/people/{{own}}/change/{what}", "person", THEIRS, marker)
        for what, marker in (
            ("name", "What is this name?"),
            ("facts", "Ethnicity"),
            ("number", "Which number?"),
            ("relationship", "What are they to this person?"),
            ("contact", "Is it safe?"),
            ("danger", "What is dangerous"),
        )
    ),
    Row("GET", "/people/duplicates", None, SETTLES, "Records that may be one child"),
    Row("GET", "/people/{own}/duplicates", "person", SETTLES, "One child or two?", refused=NOT_SETTLES, foreign=200),
    Row("POST", "/people/{own}/duplicates", "person", to(404, SETTLES), refused=NOT_SETTLES),
    Row("GET", "/people/{own}/change/birth", "person", to(404, THEIRS)),
    Row("POST", "/people/{own}/change/name", "person", to(422, THEIRS), "There is a problem"),
    Row("GET", "/people/{own}/end/danger/1", "person", THEIRS, "A dog that bites"),
    Row("GET", "/people/{own}/end/number/1", "person", THEIRS, "943"),
    Row("GET", "/people/{own}/end/relationship/1", "person", THEIRS, "Jean Marsh"),
    Row("POST", "/people/{own}/end/danger/1", "person", to(422, THEIRS), "There is a problem"),
    Row("GET", "/people/{own}/links", "person", HUB, "Is another record the same", refused=NOT_HUB, foreign=200),
    Row("POST", "/people/{own}/links", "person", to(422, HUB), "There is a problem", refused=NOT_HUB, foreign=422),
    Row("POST", "/people/{own}/links/999/take-back", "person", to(404, HUB), refused=NOT_HUB),
    Row(
        "GET", "/people/{own}/restriction", "person", {"mash.manager": 200}, "Who may see this record",
        refused=NOT_MANAGER, foreign=200,
    ),
    Row(
        "POST", "/people/{own}/restriction", "person", {"mash.manager": 422}, "There is a problem",
        refused=NOT_MANAGER, foreign=422,
    ),
    Row("GET", "/people/{own}/move", "person", THEIRS, "Who moved too?"),
    Row("POST", "/people/{own}/move", "person", to(422, THEIRS), "There is a problem"),
    Row("POST", "/people/{own}/numbers/999/verify", "person", to(404, THEIRS)),
    Row("POST", "/people/{own}/told/999", "person", to(404, THEIRS)),
)  # fmt: skip
