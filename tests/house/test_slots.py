"""How the floors talk upwards: every slot with who fills it, typed by hand. A new one is written down here."""

from flask import Flask

from caseapp.kernel.slots import ALL

FILLED = {
    "access.around": ["caseapp.cases.queries.persons.around", "caseapp.referrals.queries.persons.around"],
    "access.write_reads": ["caseapp.audit.commands.write_reads"],
    "accounts.open_work": [
        "caseapp.cases.queries.work.count_open_work",
        "caseapp.pathway.queries.links.count_open_work",
        "caseapp.referrals.queries.leaving.count_open_work",
    ],
    "assessments.what_was_said": ["caseapp.referrals.queries.words.what_was_said"],
    "cases.card": [
        "caseapp.assessments.queries.assessment.card",
        "caseapp.plans.queries.lists.card",
        "caseapp.referrals.queries.step_up.card",
    ],
    "cases.actions": [
        "caseapp.plans.routes.offered.case_actions",
        "caseapp.assessments.routes.pages.case_actions",
        "caseapp.pathway.routes.handovers.case_actions",
        "caseapp.pathway.routes.closing.closing_actions",
        "caseapp.referrals.routes.step_up.step_up_actions",
        "caseapp.night.routes.case_actions",
    ],
    "cases.before_visit": ["caseapp.referrals.queries.told.before_visit"],
    "cases.earlier": ["caseapp.referrals.queries.persons.earlier"],
    "cases.chronology_words": [
        "caseapp.referrals.queries.told.chronology_words",
        "caseapp.assessments.queries.reviews.chronology_words",
    ],
    "cases.code_words": [
        "caseapp.plans.routes.offered.code_words",
        "caseapp.referrals.queries.told.code_words",
        "caseapp.night.routes.code_words",
        "caseapp.assessments.queries.reviews.code_words",
        "caseapp.pathway.queries.leading.code_words",
    ],
    "cases.promises": [
        "caseapp.cases.queries.promises.promises",
        "caseapp.pathway.queries.promises.promises",
        "caseapp.referrals.queries.promises.promises",
    ],
    "cases.task_words": ["caseapp.referrals.queries.told.task_words", "caseapp.pathway.queries.lists.task_words"],
    "deadlines.about": [
        "caseapp.cases.queries.clocked.about_cases",
        "caseapp.referrals.queries.clocked.about_referrals",
        "caseapp.pathway.queries.links.about_handovers",
        "caseapp.pathway.queries.look_backs.about_look_backs",
        "caseapp.night.queries.works.about_works",
    ],
    "deadlines.holders": ["caseapp.cases.queries.lists.list_holding_teams"],
    "desk.panels": [
        "caseapp.night.routes.desk_panels",
        "caseapp.assessments.routes.pages.desk_panels",
        "caseapp.pathway.routes.handovers.desk_panels",
    ],
    "desk.my_work": ["caseapp.plans.routes.offered.work_panels"],
    "people.letters": ["caseapp.referrals.queries.persons.letters"],
    "people.panels": [
        "caseapp.cases.queries.persons.person_panels",
        "caseapp.referrals.queries.persons.person_panels",
        "caseapp.people.routes.linked.panels",
    ],
    "notifications.people": [
        "caseapp.cases.queries.telling.people",
        "caseapp.pathway.queries.links.people",
        "caseapp.pathway.queries.look_backs.people",
        "caseapp.referrals.queries.leaving.people",
        "caseapp.night.queries.works.people",
    ],
}


def test_every_slot_and_who_fills_it(bare_app: Flask) -> None:
    found = {name: [f"{fill.__module__}.{fill.__name__}" for fill in slot] for name, slot in sorted(ALL.items())}
    assert found == FILLED
    assert all(slot.takes for slot in ALL.values())
