"""One page of a draft written in two windows: both texts, question by question, until the writer chooses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from caseapp.kernel.errors import Text
from caseapp.kernel.forms import ChoiceField, Field, Raw, TextField, WordsField
from caseapp.kernel.text import clean
from caseapp.referrals.forms.pages import PageForm, is_later
from caseapp.referrals.queries.own import DraftView

NOTHING = "(left blank)"
CHOOSE = "Choose which one to keep"
SAVED, HERE = "the other window", "this window"


@dataclass(frozen=True)
class Pair:
    """One question answered in two ways. `written`: in words that can be edited into one."""

    name: str
    label: str
    written: bool
    theirs: Text
    mine: Text
    theirs_typed: Raw
    mine_typed: Raw
    keep: str = ""
    both: str | None = None
    error: str = ""


class Texts:
    """What differs between the saved page and the words that came later from a page drawn before that."""

    def __init__(self, pairs: list[Pair], title: str, saved: Raw) -> None:
        self.pairs, self.title, self._merged = pairs, title, dict(saved)

    @classmethod
    def kept(cls, draft: DraftView, page: str) -> "Texts":
        """Both texts as the draft keeps them."""
        later = is_later(draft.pages, page)
        saved = PageForm(page, later=later, raw=draft.pages.get(page, {}))
        came = PageForm(page, later=later, raw=draft.other[page]["typed"])
        at = datetime.fromisoformat(draft.other[page]["at"])
        theirs, mine = ({field.name: (label, field) for label, field in form.fields} for form in (saved, came))
        pairs = []
        for name in {**theirs, **mine}:
            label, one = theirs.get(name) or mine[name]
            first, second = (_typed(form[name][1]) if name in form else {} for form in (theirs, mine))
            if any(first.get(key) != second.get(key) for key in {*first, *second} if first.get(key) or second.get(key)):
                words = [_words(form[name][1]) if name in form else NOTHING for form in (theirs, mine)]
                written = isinstance(one, TextField | WordsField) and NOTHING not in words
                shown = (Text(SAVED, draft.saved_at, words[0]), Text(HERE, at, words[1]))
                pairs.append(Pair(name, label, written, *shown, first, second))
        return cls(pairs, saved.title, saved.raw)

    @classmethod
    def posted(cls, draft: DraftView, page: str, given: Mapping[str, str]) -> "Texts":
        """Both texts with what was chosen; a question without a choice says so."""
        texts = cls.kept(draft, page)
        texts.pairs = [texts._choose(pair, given) for pair in texts.pairs]
        return texts

    @property
    def settled(self) -> bool:
        """True when every question has its answer."""
        return not any(pair.error for pair in self.pairs)

    @property
    def merged(self) -> dict[str, Any]:
        """The page as chosen."""
        return dict(self._merged)

    @property
    def error_list(self) -> list[dict[str, str]]:
        """The questions without a choice, for the summary."""
        return [
            {"href": f"#{pair.name}-keep-1", "text": f"{pair.label.removesuffix('?')}: {CHOOSE}"}
            for pair in self.pairs
            if pair.error
        ]

    def _choose(self, pair: Pair, given: Mapping[str, str]) -> Pair:
        keep = given.get(f"{pair.name}_keep", "")
        both = clean(given[pair.name])[0] if pair.written and pair.name in given else None
        if keep == "both" and both is not None:
            self._merged[pair.name] = both
        elif keep in ("theirs", "mine"):
            self._merged.update(pair.theirs_typed if keep == "theirs" else pair.mine_typed)
        else:
            return replace(pair, both=both, error=CHOOSE)
        return replace(pair, keep=keep, both=both)


def _typed(field: Field) -> Raw:
    """What was typed in a field, under the full names it is posted by."""
    return {field.name + name[len(field.short_name) :]: value for name, value in field.as_typed().items()}


def _words(field: Field) -> str:
    if isinstance(field, ChoiceField):
        return ", ".join(choice.label for choice in field.choices_list if choice.checked) or field.typed or NOTHING
    return field.typed or NOTHING
