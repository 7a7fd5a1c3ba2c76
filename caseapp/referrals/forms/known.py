"""Is this child already known? What a person says of a likely record, and taking it back."""

from caseapp.kernel.forms import Choice, ChoiceField, Form, TextField, WordsField
from caseapp.people.catalogue import DIFFERENT, NOT_SURE, SAME

ANSWERS = (
    Choice(SAME, "The same child", "A case is opened on this record. Both records stay, and it can be taken back"),
    Choice(DIFFERENT, "A different child", "It is not suggested for this child again"),
    Choice(NOT_SURE, "Not sure", "It stays here until somebody knows"),
)


OF_ADULTS = (
    Choice(SAME, "The same person", "When a case opens, this record joins the family. It can be taken back"),
    Choice(DIFFERENT, "Somebody else", "It is not suggested for this adult again"),
    Choice(NOT_SURE, "Not sure", "It stays here until somebody knows"),
)


class KnownForm(Form):
    """What a person says of one likely record."""

    answer = ChoiceField("Is it the same child?", choices=ANSWERS, required="Choose whether it is the same child")
    words = WordsField(
        "What you go by", rows=2, hint="Whom you asked, or what you compared", required="Write what you go by"
    )


class KnownAdultForm(Form):
    """What a person says of one likely record of an adult."""

    answer = ChoiceField("Is it the same person?", choices=OF_ADULTS, required="Choose whether it is the same person")
    words = WordsField(
        "What you go by", rows=2, hint="Whom you asked, or what you compared", required="Write what you go by"
    )


class TakeBackForm(Form):
    """Why an answer is taken back."""

    words = TextField("Why you take it back", max_length=2000, required="Write why you take it back")
