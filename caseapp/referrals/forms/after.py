"""What a referrer writes after sending, what the hub answers, and what a safeguarding lead keeps for the agency."""

from wtforms import HiddenField

from caseapp.kernel.forms import (
    YES_NO,
    Choice,
    ChoiceField,
    DateField,
    Form,
    PhoneField,
    TextField,
    ValidationError,
    WordsField,
)
from caseapp.referrals.catalogue import LISTS
from caseapp.referrals.domain.after import LONGEST

WHAT_IT_MEANS = {
    "stands": "The referrer reads your words",
    "anew": "It goes back into the queue, for a new proposal and a new decision",
}


class AddForm(Form):
    """Words to add to a sent referral, and whether they tell of danger. Files come beside it."""

    in_danger = ChoiceField("Is the child in danger now?", choices=YES_NO)
    words = WordsField(
        "What do you want to add?",
        rows=8,
        max_length=LONGEST,
        hint="What you saw or heard, and when. Use the child’s own words where you can",
    )
    once = HiddenField()


class InErrorForm(Form):
    """Why a referral was sent in error."""

    why = WordsField(
        "Why was it sent in error?",
        rows=4,
        max_length=LONGEST,
        hint="For example: it was meant for another child",
        required="Write why it was sent in error",
    )
    once = HiddenField()


class AgainForm(Form):
    """What was not weighed, and what the referrer wants."""

    not_weighed = WordsField(
        "What was not weighed, or not known?",
        rows=6,
        max_length=LONGEST,
        required="Write what was not weighed, or not known",
    )
    wants = WordsField(
        "What do you want to happen?", rows=3, max_length=LONGEST, required="Write what you want to happen"
    )


class DisagreeForm(Form):
    """Why the referrer still does not agree."""

    disagrees = WordsField(
        "What do you still not agree with?",
        rows=4,
        max_length=LONGEST,
        required="Write what you still do not agree with",
    )


class AnswerAgainForm(Form):
    """A manager's answer to somebody who asked for a decision to be looked at again."""

    answer = ChoiceField(
        "Your answer",
        choices=[Choice(row.key, row.words, WHAT_IT_MEANS[row.key]) for row in LISTS["looked_again"]],
        required="Choose whether the decision stands",
    )
    words = WordsField(
        "What the referrer is told",
        rows=6,
        max_length=LONGEST,
        hint="What you weighed, and why. They read it as it stands here",
        required="Write what the referrer is told: what you weighed, and why",
    )


class CallForm(Form):
    """A call about an outcome that nobody had opened."""

    spoke_to = TextField("Whom did you speak to?", required="Write whom you spoke to")
    said = WordsField("What was said?", rows=2, max_length=LONGEST, required="Write what was said")


class DeputyForm(Form):
    """Somebody of the desk who becomes a deputy."""

    user = ChoiceField("Who becomes a deputy?", required="Choose who becomes a deputy")


class ClosedForm(Form):
    """Weeks in which the agency is closed, and who is reached then."""

    from_on = DateField("First day closed", required="Enter the first day", called="The first day")
    until_on = DateField("Last day closed", required="Enter the last day", called="The last day", not_past=True)
    contact_name = TextField(
        "Who can be reached then?",
        required="Give the name of somebody who is reached then",
        max_length=120,
        autocomplete="off",
    )
    contact_phone = PhoneField(
        "Their telephone number", required="Give a number that is answered then", max_length=120, autocomplete="off"
    )

    def validate_until_on(self, field: DateField) -> None:
        """The last day does not come before the first."""
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise ValidationError("The last day must not come before the first")
