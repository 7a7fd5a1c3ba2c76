"""A list as a spreadsheet, made in memory: what the page shows and no more, every word as text, every date as a date.

Cells that begin with = + - @ tab or CR are never formulas: they are written as strings and carry the spreadsheet's own
mark for text, so that they stay text when somebody goes on working in the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

from . import clock
from .events import EventType, declare
from .web import moment

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1000
# What a cell takes at most; the program that reads it refuses the file otherwise.
LONGEST_CELL = 32_000
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTH, WIDE = 18, 40
LIST_TAKEN = "list.taken"

declare(
    EventType(
        LIST_TAKEN,
        "A list was taken away as a spreadsheet: {list}, rows: {rows}",
        {"list": "code:taken_lists", "rows": "number"},
        "service",
    )
)

Cell = str | int | date | datetime | None


@dataclass(frozen=True)
class Sheet:
    """A list to be taken away: `key` names it in the log and as a file, `filter` says in words what it was narrowed to.
    Rows beyond MOST_ROWS are cut, and the file says so; `more`: the list itself went on behind them."""

    key: str
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]] = field(repr=False)
    filter: str = "none, the whole list"
    more: bool = False

    @property
    def kept(self) -> Sequence[Sequence[Cell]]:
        """The rows that the file holds."""
        return self.rows[:MOST_ROWS]

    @property
    def cut(self) -> bool:
        """Whether there are more rows than the file holds."""
        return self.more or len(self.rows) > MOST_ROWS

    def head(self, by: str, at: datetime) -> list[str]:
        """The first lines of the file: what it is, who took it and when, what it was narrowed to, whether it is cut."""
        amount = len(self.kept)
        said = f"{amount} row{'' if amount == 1 else 's'}."
        if self.cut:
            said = f"Cut: only the first {amount} rows are here. Narrow the list down to have the rest."
        return [
            self.title,
            f"Confidential. Taken by {by}, {moment(at)}. That it was taken is written down.",
            f"Filter: {self.filter}",
            said,
        ]


def as_spreadsheet(sheet: Sheet, *, by: str) -> bytes:
    """The list as an xlsx file. `by`: who takes it, in words."""
    import xlsxwriter

    now, file = clock.now(), BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, {"in_memory": True, **plain})
    book.set_properties({"title": sheet.key.replace("_", " "), "created": clock.to_london(now).replace(tzinfo=None)})
    page = book.add_worksheet("List")
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "heading": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "marked": book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True}),
        "number": book.add_format({"valign": "top"}),
        "day": book.add_format({"num_format": "ddd d mmm yyyy", "align": "left", "valign": "top"}),
        "moment": book.add_format({"num_format": "ddd d mmm yyyy hh:mm", "align": "left", "valign": "top"}),
    }
    head = sheet.head(by, now)
    for number, line in enumerate(head):
        page.write_string(number, 0, line, styles["title"] if number == 0 else None)
    top = len(head) + 1
    for column, heading in enumerate(sheet.headings):
        page.write_string(top, column, heading, styles["heading"])
        longest = max((len(cell) for row in sheet.kept if isinstance(cell := row[column], str)), default=0)
        page.set_column(column, column, WIDE if longest > WIDE else max(WIDTH, min(longest + 2, WIDE)))
    for number, row in enumerate(sheet.kept, top + 1):
        for column, value in enumerate(row):
            _write(page, number, column, value, styles)
    page.freeze_panes(top + 1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    page.set_footer("&LConfidential&RPage &P of &N")
    book.close()
    return file.getvalue()


def _write(page: Any, row: int, column: int, value: Cell, styles: dict[str, Any]) -> None:
    """One cell by its kind; a text is always written as a text."""
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        page.write_datetime(row, column, clock.to_london(value).replace(tzinfo=None), styles["moment"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, styles["day"])
    elif isinstance(value, int):
        page.write_number(row, column, value, styles["number"])
    else:
        style = styles["marked"] if value.startswith(STARTS_A_FORMULA) else styles["text"]
        page.write_string(row, column, value[:LONGEST_CELL], style)
