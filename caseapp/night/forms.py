"""The forms of the night: an owner for a contact, an entry, an alert, why a record is opened."""

from wtforms import HiddenField

from caseapp.kernel import clock
from caseapp.kernel.forms import (
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    HappenedAt,
    TextField,
    WordsField,
)

from .domain import untils

MAY_HAPPEN, WHOM = "Write what may happen tonight", "Write whom to ring, with the number"
UNTIL = "Choose until when"
LONG = 2000


class AlertForm(Form):
    """What a day worker wants the night to know about a child."""

    may_happen = WordsField("What may happen tonight?", required=MAY_HAPPEN, rows=3, max_length=LONG)
    what_to_do = WordsField(
        "What should the night do?", required="Write what the night should do", rows=3, max_length=LONG
    )
    whom_to_ring = TextField(
        "Whom should they ring?", required=WHOM, hint="A name and a number that is answered tonight"
    )
    until = ChoiceField("Until when?", required=UNTIL, hint="It ends by itself then. You can withdraw it before.")
    once = HiddenField()

    def offer(self) -> None:
        """The moments that can be chosen now."""
        self.until.choices = [Choice(each.key, each.label) for each in untils(clock.now(), days=True)]


class EntryForm(HappenedAt, Form):
    """What the night did."""

    like = "02:15"

    happened_on = DateField(
        "When did it happen?", required="Enter the day it happened", called="The day", not_future=True
    )
    happened_time = TextField(
        "At what time?",
        required="Enter the time it happened, like 02:15",
        hint="About is good enough, like 02:15",
        called="The time",
        max_length=5,
        inputmode="numeric",
    )
    happened = WordsField("What happened?", required="Write what happened", rows=4)
    done = WordsField("What was done?", required="Write what was done, or that nothing was", rows=3)
    day_must = WordsField(
        "What must the day do?", required="Write what the day must do, or that nothing is left to do", rows=3
    )
    paper = ChoicesField("", choices={"yes": "This is taken in from paper, written while the system was gone"})
    once = HiddenField()
