"""The hub's forms: rate, propose, decide, put right. Those about several children get a field for each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from caseapp.kernel.forms import Choice, ChoiceField, Form, HiddenVersion, TextField, WordsField
from caseapp.referrals.catalogue import LISTS, OUTCOMES

RATINGS = [Choice(row.key, row.words, row.hint) for row in LISTS["ratings"]]
ANSWERS = (
    Choice("agree", "Agree"),
    Choice("change", "Change it"),
    Choice("send_back", "Send it back with a question"),
)
# The answer that a child is nobody named before.
ANOTHER = "no"
# What can't be decided for a child without an open case, with one in social work, with one in family help.
NO_CASE, SOCIAL_WORK, IN_FAMILY_HELP = "", "social_work", "family_help"
NOT_OFFERED = {
    NO_CASE: ("open_case",),
    SOCIAL_WORK: ("family_help", "assessment", "strategy_discussion"),
    IN_FAMILY_HELP: ("family_help",),
}
TEAM_WORDS = {"locality": "Which locality takes it on?", "family_help": "Which family help team takes it on?"}


class RatingForm(Form):
    """A rating and why."""

    version = HiddenVersion()
    rating = ChoiceField("How urgent is it?", choices=RATINGS, required="Choose Red, Amber or Green")
    rationale = WordsField("Why", rows=3, required="Write why you rate it so")


class MarkForm(Form):
    """How something wrong in the input was settled."""

    words = TextField(
        "What you found out, or why it can stay as it is",
        max_length=2000,
        required="Write what you found out, or why it can stay as it is",
    )


class ProposalForm(Form):
    """What a worker proposes; made for one referral by `proposal_form`."""

    reasons = WordsField(
        "Why this level, and not the one above or below",
        rows=4,
        hint="Stays in the hub",
        required="Write why this level, and not the one above or below",
    )
    advice = WordsField(
        "For the referrer: why, and what to do and watch for",
        rows=4,
        hint="They read this. Do not write what other agencies told us",
        required="Write what we tell the referrer: why, and what to do and watch for",
    )


class DecisionForm(Form):
    """A manager's answer; made for one referral by `decision_form`."""

    answer = ChoiceField("Your answer", choices=ANSWERS, required="Choose to agree, to change it, or to send it back")
    words = WordsField("Why you change it", rows=3, hint="The person who proposed it reads this")
    question = WordsField("Your question", rows=3)
    message = WordsField("What the referrer is told", rows=8)
    family_message = WordsField("Letter to the family", rows=8)


def _offered(without: Sequence[str]) -> list[Choice]:
    return [Choice(row.key, row.words, row.hint) for row in OUTCOMES if row.key not in without]


def _outcome_fields(
    children: Sequence[tuple[int, str, str]], *, required: bool, but: Collection[int] = ()
) -> dict[str, Any]:
    """A field for each child (row, name, which open case): what can't be decided for them is not offered."""
    return {
        f"outcome_{child_id}": ChoiceField(
            f"Decision for {name}",
            choices=_offered(NOT_OFFERED[open_case]),
            required=f"Choose a decision for {name}" if required and child_id not in but else "",
        )
        for child_id, name, open_case in children
    }


def _more(*, weigh: bool, ask_consent: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if weigh:
        fields["history_weighed"] = WordsField(
            "What in the history did you weigh?",
            rows=2,
            hint="One sentence. Asked from the third contact in 12 months, if you do not take it further",
        )
    if ask_consent:
        fields["consent_words"] = TextField(
            "Who agreed to family help, and when",
            max_length=200,
            hint="Only for family help: it needs a parent’s agreement, and the referrer did not have it",
        )
    return fields


def proposal_form(
    children: Sequence[tuple[int, str, str]],
    *,
    weigh: bool,
    ask_consent: bool,
    doubtful: Mapping[int, Sequence[tuple[int, str]]] | None = None,
    formdata: Any = None,
) -> ProposalForm:
    """The proposal form of one or several contacts, filled from the post or fresh. `doubtful`: children of whom a
    person says whether another contact tells of the same one (row, name of the others)."""
    asked = doubtful or {}
    fields = {**_same_fields(children, asked), **_outcome_fields(children, required=True, but=asked)}
    first = [name for child_id, _, _ in children for name in (f"same_{child_id}", f"outcome_{child_id}")]
    fields |= _more(weigh=weigh, ask_consent=ask_consent)
    made = type("ProposalFormOfOne", (ProposalForm,), fields)
    return _in_order(made, formdata, first=[name for name in first if name in fields])


def _same_fields(
    children: Sequence[tuple[int, str, str]], doubtful: Mapping[int, Sequence[tuple[int, str]]]
) -> dict[str, Any]:
    return {
        f"same_{child_id}": ChoiceField(
            f"Is {name} one of the children named before?",
            choices={
                **{str(number): f"Yes, the same child as {other}" for number, other in doubtful[child_id]},
                ANOTHER: "No, another child",
            },
            required=f"Say whether {name} is one of the children named before",
        )
        for child_id, name, _ in children
        if child_id in doubtful
    }


def decision_form(
    children: Sequence[tuple[int, str, str]],
    *,
    weigh: bool,
    ask_consent: bool,
    choose: Mapping[str, Sequence[tuple[int, str]]],
    proposed: Mapping[int, str],
    texts: Mapping[str, str],
    messages: Mapping[str, str] | None = None,
    formdata: Any = None,
) -> DecisionForm:
    """The decision form of one referral: `choose` are the teams a person picks from, by kind, where no address says
    which; `messages` are the fields for the referrers of the other contacts, with their labels.
    """
    fields = {**_outcome_fields(children, required=False), **_more(weigh=weigh, ask_consent=ask_consent)}
    for kind, teams in choose.items():
        fields[f"team_{kind}"] = ChoiceField(TEAM_WORDS[kind], choices={str(number): name for number, name in teams})
    for name, label in (messages or {}).items():
        fields[name] = WordsField(label, rows=8)
    made = type("DecisionFormOfOne", (DecisionForm,), fields)
    values = {**texts, **{f"outcome_{child_id}": outcome for child_id, outcome in proposed.items()}}
    outcomes = [name for name in fields if name.startswith("outcome_")]
    rest = [name for name in fields if not name.startswith(("outcome_", "message_"))]
    order = ["answer", *outcomes, "words", *rest, "question", "message", *(messages or {}), "family_message"]
    return _in_order(made, formdata, first=order, data=values)


def _in_order(made: type[Any], formdata: Any, *, first: list[str], data: Mapping[str, Any] | None = None) -> Any:
    """Make the form and put its fields in the order of the page, so that its errors are listed in that order."""
    form = made(formdata=formdata, data=data) if data else made(formdata=formdata)
    form._fields = {name: form._fields[name] for name in dict.fromkeys([*first, *form._fields])}
    return form
