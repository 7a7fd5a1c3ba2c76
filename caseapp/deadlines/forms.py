"""Forms of the pages about deadlines: a start to count from, what a council decides about days and rules, and why
something is late."""

from typing import Any

from caseapp.deadlines.catalogue import LATE_REASONS
from caseapp.deadlines.domain import LONGEST, MOST_SOURCE, MOST_WORDS, UNIT_WORDS, Policy, PolicyChange, Rule
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid
from caseapp.kernel.forms import (
    ChoiceField,
    DateField,
    Form,
    HappenedAt,
    HiddenVersion,
    TextField,
    ValidationError,
    WholeNumberField,
    WordsField,
)

ADD, STRIKE, OWN, BACK = "add", "strike", "own", "back"
# So many days may be shut by one form: more is a slip of the year.
MOST_DAYS = 31


class StartForm(Form):
    """The day to count from."""

    happened_on = DateField("Start on", required="Give the day to count from", called="the day")


class StartAtForm(HappenedAt, StartForm):
    """The day and the time to count from, for what runs in hours."""

    happened_time = TextField("At", required="Give the time to count from", max_length=10, autocomplete="off")


def _source() -> TextField:
    """Where a decision is written: the last field of each form."""
    return TextField(
        "Where is it written?",
        required="Say where it is written, so that others can look it up",
        hint="The address of the proclamation, or the minutes in which it was decided",
        max_length=MOST_SOURCE,
        called="where it is written",
    )


class DecisionForm(Form):
    """What every decision has: where it is written, and the version of the policy that it was looked at."""

    source: TextField
    version = HiddenVersion()

    def changes(self, policy: Policy) -> list[PolicyChange]:
        """The decisions that a valid form asks for. Raises Invalid where it asks for none."""
        raise NotImplementedError

    def is_same(self, made: PolicyChange) -> bool:
        """Whether a decision that was made is one of those that a valid form asks for."""
        raise NotImplementedError


class HolidayForm(DecisionForm):
    """A bank holiday is put in, or struck out."""

    what = ChoiceField(
        "What has been proclaimed?",
        choices={ADD: "A bank holiday more", STRIKE: "A day is no bank holiday after all"},
        required="Choose whether there is a bank holiday more, or one fewer",
    )
    day = DateField("Which day?", required="Give the day", called="the day")
    words = TextField(
        "What is the day called?", hint="It stands in every sentence that skips it: “Coronation”", max_length=MOST_WORDS
    )
    source = _source()

    def validate_words(self, field: TextField) -> None:
        """A day more has a name."""
        if self.what.data == ADD and field.is_blank:
            raise ValidationError("Say what the day is called")

    def changes(self, policy: Policy) -> list[PolicyChange]:
        """One decision about one day."""
        words = self.words.data if self.what.data == ADD else ""
        return [_change("bank_holiday", day=self.day.data, words=words, source=self.source.data)]

    def is_same(self, made: PolicyChange) -> bool:
        """About the same day, the same way."""
        about = (made.kind, made.day, bool(made.words))
        return about == ("bank_holiday", self.day.data, self.what.data == ADD)


class ClosingForm(DecisionForm):
    """Our own offices are shut on some days, or open after all."""

    what = ChoiceField(
        "What do you decide?",
        choices={ADD: "Our offices are shut", STRIKE: "Our offices are open after all"},
        required="Choose whether the offices are shut, or open after all",
    )
    day = DateField("First day", required="Give the first day", called="the first day")
    until = DateField("Last day", hint="Leave it empty for one day. Weekends and bank holidays between are left out.")
    words = TextField(
        "Why are they shut?", hint="It stands in every sentence that skips the day", max_length=MOST_WORDS
    )
    source = _source()

    def validate_words(self, field: TextField) -> None:
        """A closing has a reason."""
        if self.what.data == ADD and field.is_blank:
            raise ValidationError("Say why they are shut")

    def validate_until(self, field: DateField) -> None:
        """The last day is not before the first, nor far from it."""
        if field.data is None or self.day.data is None:
            return
        if field.data < self.day.data:
            raise ValidationError("The last day must not be before the first")
        if (field.data - self.day.data).days >= MOST_DAYS:
            raise ValidationError(f"Give at most {MOST_DAYS} days at a time")

    def changes(self, policy: Policy) -> list[PolicyChange]:
        """One decision for each day that it is about."""
        first, last = self.day.data, self.until.data or self.day.data
        add = self.what.data == ADD
        days = [first] if first == last else policy.shut_between(first, last, shut=not add)
        if not days:
            raise Invalid(
                {"day": "None of these days is one on which our offices would be " + ("open" if add else "shut")}
            )
        words = self.words.data if add else ""
        return [_change("closure", day=day, words=words, source=self.source.data) for day in days]

    def is_same(self, made: PolicyChange) -> bool:
        """About one of the days, the same way."""
        last = self.until.data or self.day.data
        inside = made.kind == "closure" and made.day is not None and self.day.data <= made.day <= last
        return inside and bool(made.words) == (self.what.data == ADD)


class RuleForm(DecisionForm):
    """A rule's length from a day on, or the catalogue's again."""

    what = ChoiceField("What do you decide?", required="Choose what you decide")
    length = WholeNumberField("How long?", lowest=1, called="the length")
    calendar = ChoiceField("Counted by")
    in_force_from = DateField(
        "From which day?",
        required="Give the day from which it holds",
        hint="For every clock that starts on that day or later. Those of them that run already move.",
        called="the day",
    )
    source = _source()
    rule: Rule

    def validate_length(self, field: WholeNumberField) -> None:
        """A length of our own has a number."""
        if self.what.data == OWN and field.is_blank:
            raise ValidationError("Give the length")

    def changes(self, policy: Policy) -> list[PolicyChange]:
        """One decision about one rule."""
        own = self.what.data == OWN
        return [
            _change(
                "rule",
                rule=self.rule.key,
                length=self.length.data if own else None,
                calendar=(self.calendar.data or None) if own else None,
                in_force_from=self.in_force_from.data,
                source=self.source.data,
            )
        ]

    def is_same(self, made: PolicyChange) -> bool:
        """The same length of the same rule from the same day."""
        about = (made.rule, made.length, made.in_force_from)
        return about == (self.rule.key, self.length.data if self.what.data == OWN else None, self.in_force_from.data)


DAY_FORMS: dict[str, type[DecisionForm]] = {"holiday": HolidayForm, "closing": ClosingForm}


def rule_form(rule: Rule, calendars: dict[str, str], **options: Any) -> RuleForm:
    """The form about one rule, in its unit and with the calendars that it may be counted by."""
    form = RuleForm(**options)
    unit = f"{UNIT_WORDS[rule.unit]}s"
    form.rule = rule
    form.what.choices = {OWN: f"A length of our own, in {unit}", BACK: "The length that the catalogue gives"}
    form.length.label.text = f"How many {unit}?"
    form.length.highest = LONGEST[rule.unit]
    form.calendar.choices = calendars
    return form


def defaults_of(change: PolicyChange) -> dict[str, Any]:
    """What a form shows at first that is to make this decision."""
    if change.day is not None:
        return {"what": ADD if change.words else STRIKE, "day": change.day, "words": change.words}
    return {
        "what": BACK if change.length is None else OWN,
        "length": change.length,
        "calendar": change.calendar,
        "in_force_from": change.in_force_from,
    }


def _change(kind: Any, **fields: Any) -> PolicyChange:
    return PolicyChange(id=0, kind=kind, made_at=clock.now(), **fields)


class LateForm(Form):
    """Why a clock is late. `seen`: the last reason that the page showed."""

    reason = ChoiceField("Why is it late?", choices=LATE_REASONS, required="Choose a reason")
    words = WordsField(
        "What happened, and what is done about it?",
        required="Say what happened, and what is done about it",
        called="This",
        max_length=2000,
        rows=5,
    )
    seen = HiddenVersion()


class AskForm(Form):
    """What a manager wants to know before they authorise a reason."""

    question = WordsField(
        "What do you want to know?", required="Write what you want to know", called="This", max_length=2000, rows=3
    )
