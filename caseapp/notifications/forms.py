"""How somebody wants to be told."""

from caseapp.kernel.forms import ChoiceField, Form

from .catalogue import CHOICES


class MailForm(Form):
    """When does an e-mail come?"""

    mail = ChoiceField("When an e-mail comes", choices=CHOICES, required="Choose when you want an e-mail")
