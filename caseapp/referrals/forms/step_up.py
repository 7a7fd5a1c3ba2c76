"""The form by which family help asks the hub for social work."""

from collections.abc import Sequence
from typing import Any

from caseapp.cases.queries import CaseRow
from caseapp.kernel.forms import YES_NO, Choice, ChoiceField, ChoicesField, Form, ValidationError, WordsField
from caseapp.referrals.domain.lists import CONSENT_REASONS
from caseapp.referrals.domain.step_up import AGREES, DISAGREES, NOT_TOLD


class StepUpForm(Form):
    """Six questions; who the family is, is known."""

    urgent = ChoiceField(
        "Is a child in danger now, or will be today?",
        choices=YES_NO,
        required="Say whether a child is in danger now",
        hint="If a child is being hurt, ring 999 first. Yes makes it Red: the hub sees it at the top at once",
    )
    children = ChoicesField("Which children?", called="the children", required="Choose the children it is about")
    why = WordsField(
        "Why social work, and why now?",
        required="Say why social work, and why now",
        hint="What happened, when, who saw it; what worries you most tonight",
        rows=5,
    )
    tried = WordsField(
        "What has family help tried, and what came of it?",
        required="Say what family help has tried, and what came of it",
        rows=4,
    )
    child_voice = WordsField("What do the children say?", hint="In their own words, and who heard it", rows=3)
    parents = ChoiceField(
        "Do the parents know that you ask?",
        choices={
            AGREES: "Told, and they agree",
            DISAGREES: "Told, and they do not agree",
            NOT_TOLD: "Not told",
        },
        required="Choose what the parents know",
    )
    why_not_told = ChoiceField(
        "Why have they not been told?",
        choices=[Choice("", "Choose the reason"), *(Choice(row.key, row.words) for row in CONSENT_REASONS)],
    )

    def validate_why_not_told(self, field: ChoiceField) -> None:
        """Asked only when they were not told."""
        if self.parents.data == NOT_TOLD and field.is_blank:
            raise ValidationError("Choose why they have not been told")


def step_up_form(cases: Sequence[CaseRow], **options: Any) -> StepUpForm:
    """The form with the family's children, all of them ticked on a fresh page: siblings go together."""
    if options:
        options = {"data": {"children": [row.reference for row in cases]}, **options}
    form = StepUpForm(**options)
    form.children.choices = [Choice(row.reference, row.name, row.age) for row in cases]
    return form
