"""Forms of a handover: propose, agree, answer, and the short ones. Nothing is chosen beforehand."""

from typing import Any

from wtforms import HiddenField

from caseapp.cases.catalogue import CLOSURES
from caseapp.cases.domain import CLOSED_BY, FAMILY_HELP_LEVELS, LEVELS
from caseapp.kernel.forms import (
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    PhoneField,
    TextField,
    ValidationError,
    WholeNumberField,
    WordsField,
)

from .catalogue import CONSENT_HOW, FOUND, LEAD_ANSWERS, LEAD_REASONS, STEP_DOWN_CONSENT
from .domain import GIVEN
from .queries import LeadChoice, StepDownChoices
from .queries.closing import Closing

SOMEBODY_ELSE = "somebody_else"
ALL, SOME = "all", "some"


class HandOnForm(Form):
    """What every handover asks: who goes, to which team, why, and what the next team has to know."""

    who = ChoiceField("Which children?", required="Choose whether all of them go, or only some")
    children = ChoicesField("Who goes", called="the children")
    split_reason = WordsField(
        "Why do the others stay behind?", hint="Brothers and sisters move together unless there is a reason", rows=2
    )
    to_team = ChoiceField("To which team?", required="Choose the team that is asked to take the family on")
    what_works = WordsField(
        "What works",
        required="Say what works, so that it goes on",
        hint="What helps this family, and who does it",
        rows=4,
    )
    worry_again = WordsField(
        "What would worry us again",
        required="Say what would worry you again",
        hint="The signs that mean: step up, or ring",
        rows=4,
    )
    child_voice = WordsField(
        "In the child’s own words",
        required="Write what the child says, or why you could not ask",
        hint="As said, and who heard it",
        rows=3,
    )
    meeting_on = DateField(
        "Joint meeting with the family, if a day is set",
        not_past=True,
        called="the day of the meeting",
        hint="You and the lead practitioner together, so that nobody tells their story twice",
    )

    def validate_children(self, field: ChoicesField) -> None:
        """Some, but not none and not all."""
        if self.who.data == SOME:
            _need(bool(field.data), "Choose the children who go")
            _need(
                len(field.data or ()) < len(field.choices_list),
                "You chose all of them: choose “All of them go together”",
            )

    def validate_split_reason(self, field: WordsField) -> None:
        """Asked only when some stay."""
        _need(self.who.data != SOME or not field.is_blank, "Say why the others stay behind")


class StepDownForm(HandOnForm):
    """Propose to hand a family down to family help."""

    level = ChoiceField(
        "Which family help?",
        choices={level: LEVELS[level] for level in FAMILY_HELP_LEVELS},
        required="Choose which family help",
    )
    reasons = WordsField(
        "Why family help, and why now?",
        required="Say why family help is right now",
        hint="What has changed, and what is still needed",
    )
    actions = WordsField(
        "What was agreed to be done, and what shows that it is done",
        required="Say what was agreed to be done, and what shows that it is done",
        hint="Each action of the plan: done, and how you know; or still open, and who takes it on",
        rows=4,
    )
    consent = ChoiceField(
        "Does the family agree?",
        choices=STEP_DOWN_CONSENT,
        required="Choose whether the family agrees",
        hint="Family help needs the family’s consent",
    )
    consent_by = TextField("Who agreed?", hint="Name, and what they are to the children")
    consent_on = DateField("When did they agree?", not_future=True, called="the day they agreed")
    consent_how = ChoiceField("How did they agree?", choices=CONSENT_HOW)
    lead = ChoiceField(
        "Lead practitioner",
        required="Choose the lead practitioner by name",
        hint="The person who will lead the work. Ask them first",
    )
    new_lead_name = TextField("Their name", max_length=120, autocomplete="off")
    new_lead_title = TextField("What they are", max_length=120, hint="For example: pastoral lead")
    new_lead_agency = ChoiceField("Whom they work for")
    new_lead_phone = PhoneField("Their telephone", autocomplete="off", max_length=40)

    def validate_consent_by(self, field: TextField) -> None:
        """Consent that was given has a person,"""
        _need(self.consent.data not in GIVEN or not field.is_blank, "Say who agreed")

    def validate_consent_on(self, field: DateField) -> None:
        """a day,"""
        _need(self.consent.data not in GIVEN or not field.is_blank, "Say when they agreed")

    def validate_consent_how(self, field: ChoiceField) -> None:
        """and a way."""
        _need(self.consent.data not in GIVEN or not field.is_blank, "Say how they agreed")

    def validate_new_lead_name(self, field: TextField) -> None:
        """Somebody else is a person with a name,"""
        _need(self.lead.data != SOMEBODY_ELSE or not field.is_blank, "Write the lead practitioner’s name")

    def validate_new_lead_title(self, field: TextField) -> None:
        """a job,"""
        _need(self.lead.data != SOMEBODY_ELSE or not field.is_blank, "Write what they are")

    def validate_new_lead_agency(self, field: ChoiceField) -> None:
        """an agency we know,"""
        _need(self.lead.data != SOMEBODY_ELSE or not field.is_blank, "Choose the agency they work for")

    def validate_new_lead_phone(self, field: PhoneField) -> None:
        """and a telephone that is answered."""
        _need(
            self.lead.data != SOMEBODY_ELSE or not field.is_blank, "Write a telephone number where they can be reached"
        )


def _need(good: bool, message: str) -> None:
    if not good:
        raise ValidationError(message)


class TransferForm(HandOnForm):
    """Propose to hand a family to another team of the same kind."""

    reasons = WordsField(
        "Why another team, and why now?",
        required="Say why another team, and why now",
        hint="For example: they have moved to another part of the borough, since when",
    )
    told_whom = TextField(
        "Who of the family was told?",
        required="Say who of the family was told",
        hint="Name, and what they are to the children",
        max_length=200,
    )
    told_on = DateField(
        "When were they told?", not_future=True, called="the day they were told", required="Say when they were told"
    )
    told_how = ChoiceField("How were they told?", choices=CONSENT_HOW)
    lead = ChoiceField("Who leads the work then?", required="Choose who leads, or leave it to their manager")


THEIR_MANAGER = "their_manager"


def transfer_form(choices: StepDownChoices, **options: Any) -> TransferForm:
    """The form with this family's children and the other teams of the same kind with their people."""
    form = TransferForm(**options)
    _who_and_where(form, choices)
    form.lead.choices = [
        Choice(THEIR_MANAGER, "Their manager names somebody"),
        *(_lead(lead) for lead in choices.leads),
    ]
    return form


class MeetingForm(Form):
    """The joint meeting with the family, when it was held."""

    happened_on = DateField(
        "When did you meet?", not_future=True, called="the day you met", required="Say when you met"
    )
    people = WordsField(
        "Who was there?",
        required="Say who was there",
        hint="The family, you, whoever takes over, and anybody the family wanted there",
        rows=2,
    )
    words = WordsField(
        "What the family said", required="Write what the family said, in their words", hint="In their words", rows=4
    )


class ActionsForm(Form):
    """The actions of the plan that ends, and what shows that they are done."""

    words = WordsField(
        "What was agreed to be done, and what shows that it is done",
        required="Say what was agreed to be done, and what shows that it is done",
        hint="Each action of the plan: done, and how you know; or still open, and who takes it on",
        rows=6,
    )


class RefusedForm(Form):
    """The family said no to family help: whom was told instead."""

    children = ChoicesField("Which children?", called="the children", required="Choose the children it is about")
    refused_by = TextField(
        "Who said no?", required="Say who said no", hint="Name, and what they are to the children", max_length=200
    )
    refused_on = DateField("When?", not_future=True, called="the day they said no", required="Say when they said no")
    words = WordsField("Why, in their words", required="Write why, in their words", rows=3)
    told = WordsField(
        "Which universal services did you tell?",
        required="Say who was told, by name: the school, the health visitor, the GP",
        hint="Each by name, and how: for example Jan Cole, pastoral lead at the school, on the telephone",
        rows=4,
    )
    told_on = DateField(
        "When were they told?", not_future=True, called="the day they were told", required="Say when they were told"
    )
    watch_for = WordsField(
        "What do they watch for, and whom do they ring?",
        required="Write what they watch for, and whom they ring",
        rows=3,
    )


def refused_form(choices: StepDownChoices, **options: Any) -> RefusedForm:
    """The form with the children whom the team holds."""
    form = RefusedForm(**options)
    form.children.choices = [Choice(child.reference, child.name, child.age) for child in choices.children]
    return form


class LookBackForm(Form):
    """How the child is, twelve weeks on."""

    found = ChoiceField("What did you find?", choices=FOUND, required="Choose what you found")
    words = WordsField(
        "Whom did you ask, and what did they say?", required="Write whom you asked, and what they said", rows=5
    )


def step_down_form(choices: StepDownChoices, **options: Any) -> StepDownForm:
    """The form with this family's children and the teams and people who could take them on; the same locality's
    first.
    """
    form = StepDownForm(**options)
    _who_and_where(form, choices)
    form.lead.choices = [
        *(_lead(lead) for lead in choices.leads),
        Choice(
            SOMEBODY_ELSE,
            "Somebody else",
            "In a school, a nursery, a health team: their work leads, the family help team is accountable",
        ),
    ]
    form.new_lead_agency.choices = [
        Choice("", "Choose the agency"),
        *(Choice(str(number), name) for number, name in choices.agencies),
    ]
    return form


def _who_and_where(form: HandOnForm, choices: StepDownChoices) -> None:
    several = len(choices.children) > 1
    names = " and ".join(child.called for child in choices.children) if len(choices.children) < 3 else "All of them"
    form.who.choices = (
        {ALL: f"{names} go together", SOME: "Only some of them, for a reason"} if several else {ALL: f"{names} goes"}
    )
    form.children.choices = [Choice(child.reference, child.name, child.age) for child in choices.children]
    form.to_team.choices = [Choice(str(team.id), team.name) for team in choices.teams]


def _lead(lead: LeadChoice) -> Choice:
    return Choice(str(lead.id), lead.name, f"{lead.title}, {lead.team}")


class AgreeForm(Form):
    """The sending manager's answer."""

    answer = ChoiceField(
        "Agree or send back?",
        choices={"agree": "Agree, and ask the receiving team", "send_back": "Send it back to the worker"},
        required="Choose whether you agree or send it back",
    )
    words = WordsField("A word to the worker", hint="Needed if you send it back", rows=3)


class AnswerForm(Form):
    """The receiving manager's answer."""

    answer = ChoiceField("Accept or return?", required="Choose whether you accept or return it")
    lead = ChoiceField("Who leads the work with the family?", hint="Needed if you accept: nobody is named yet")
    words = WordsField("A word to the sender", hint="Needed if you return it", rows=3)


def answer_form(
    lead: str | None, leads: tuple[LeadChoice, ...], *, stands: bool, must_take: bool = False, **options: Any
) -> AnswerForm:
    """The answer with the lead's name in it, or with the team's people to choose from when the sender named nobody or
    somebody who can't lead any more (not `stands`). `must_take`: there is no way to send it back."""
    form = AnswerForm(**options)
    if lead and not stands:
        form.lead.hint = f"Needed if you accept: {lead}, who was named, can’t lead any more"
    form.answer.choices = {
        "accept": f"Accept, with {lead} leading" if stands else "Accept",
        **({} if must_take else {"return": "Return, and say what is missing"}),
    }
    form.lead.choices = [_lead(choice) for choice in leads]
    return form


class WordsForm(Form):
    """One line of words with a button."""

    words = WordsField("What you have added", rows=3)


class CloseForm(Form):
    """Close a case: with whom, why, and how the family was told."""

    children = ChoicesField("Who else’s case ends with it?", hint="Brothers and sisters whom your team holds")
    reason = ChoiceField("Why does the work end?", required="Choose why the work ends")
    words = WordsField(
        "What was reached, and what happens next",
        required="Say what was reached, and whom they ring if it gets worse",
        hint="What is better for the child, who helps from now on, and whom they ring if it gets worse",
    )
    settled = ChoicesField("What ends with it", choices={"yes": "I have seen these: they end with the case"})
    # The versions that the page showed, as reference:version, so that a closing never overtakes a colleague.
    seen = HiddenField()

    def versions(self, page: Closing) -> dict[int, int]:
        """The cases chosen, each with the version that the page showed."""
        chosen = {page.case.reference, *self.children.data}
        seen = dict(text.split(":", 1) for text in (self.seen.data or "").split() if ":" in text)
        return {
            row.id: int(seen[row.reference])
            for row in (page.case, *page.siblings)
            if row.reference in chosen and seen.get(row.reference, "").isdecimal()
        }


def close_form(page: Closing, **options: Any) -> CloseForm:
    """The form to close a case, offering the reasons that fit every episode that would end."""
    form = CloseForm(**options)
    form.children.choices = [Choice(row.reference, f"{row.name}, {row.age}") for row in page.siblings]
    fitting = [CLOSED_BY[kind] for kinds in page.episodes.values() for kind in kinds] or [tuple(CLOSURES)]
    form.reason.choices = [
        Choice(code, CLOSURES[code].capitalize()) for code in fitting[0] if all(code in codes for codes in fitting)
    ]
    if options:
        # A new page; one that came back keeps what its reader saw.
        form.seen.data = " ".join(f"{row.reference}:{row.version}" for row in (page.case, *page.siblings))
    return form


class ReopenForm(Form):
    """Open a case again that was closed by mistake."""

    words = WordsField("What was the mistake?", required="Say what the mistake was", rows=3)


class AskToLeadForm(Form):
    """Ask somebody outside the receiving team to lead: what it takes, told before they answer (practice 19)."""

    meetings = TextField(
        "How often does the team around the family meet?",
        required="Say how often you meet, for example every six weeks",
        hint="For example: every six weeks, an hour, at the school",
        max_length=200,
    )
    hours = WholeNumberField(
        "Hours a month, about",
        required="Say how many hours a month it takes, about",
        lowest=1,
        highest=80,
        called="the hours",
    )
    helper = ChoiceField(
        "Who of the receiving team helps them?",
        required="Choose who helps them",
        hint="Whom they ring with any question, and who steps in",
    )
    words = WordsField("A word to them", hint="They read this. Write nothing that other agencies told us", rows=3)


class LeadAnswerForm(Form):
    """The answer of somebody who is asked to lead, by themselves or written down from a telephone call."""

    answer = ChoiceField(
        "Will you be the lead practitioner for this family?",
        choices=LEAD_ANSWERS,
        required="Choose yes, not yet or no",
    )
    deputy = TextField("Who stands in for you?", max_length=200, autocomplete="off")
    deputy_phone = PhoneField("Their telephone", max_length=40, autocomplete="off")
    cover = TextField("Who comes to the meeting in your place?", max_length=200, autocomplete="off")
    cover_phone = PhoneField("Their telephone", max_length=40, autocomplete="off")
    reason = ChoiceField("Which reason comes closest?", choices=LEAD_REASONS)
    words = WordsField("Anything you want to add", hint="The team that asks you reads this", rows=3)


def ask_to_lead_form(leads: tuple[LeadChoice, ...], **options: Any) -> AskToLeadForm:
    """The form with the people of the receiving team, one of whom helps."""
    form = AskToLeadForm(**options)
    form.helper.choices = [_lead(lead) for lead in leads]
    return form


def said_form(**options: Any) -> LeadAnswerForm:
    """The answer as the team that asked writes it down from a telephone call."""
    form = LeadAnswerForm(**options)
    form.answer.label.text = "What did they say?"
    return form
