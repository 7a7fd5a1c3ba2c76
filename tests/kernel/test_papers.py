"""What is printed and taken away: files that hold what they must, and nothing that a cell or a page smuggles in."""

from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader

from caseapp.kernel.papers import as_pdf, break_long_words, send_taken
from caseapp.kernel.sheets import MIMETYPE, MOST_ROWS, Sheet, as_spreadsheet

HOSTILE = (
    '=HYPERLINK("https://example.org","open")',
    "@SUM(A1:A9)",
    "+44 7700 900112",
    "-1+cmd|' /C calc'!A0",
    "\t=1+1",
    "https://example.org/",
    "{=A1}",
)


def opened(sheet: Sheet) -> openpyxl.worksheet.worksheet.Worksheet:
    page = openpyxl.load_workbook(BytesIO(as_spreadsheet(sheet, by="Leah Dawson, social worker"))).active
    assert page is not None
    return page


def test_no_cell_is_ever_a_formula_or_a_link(friday: datetime) -> None:
    page = opened(Sheet("test", "A list", ("Words",), [[words] for words in HOSTILE]))
    cells = [page.cell(row, 1) for row in range(7, 7 + len(HOSTILE))]
    assert [cell.value for cell in cells] == list(HOSTILE)
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    marked = [cell.quotePrefix for cell in cells]
    assert marked == [True, True, True, True, True, False, False]


def test_dates_are_dates_in_london_and_the_file_says_who_took_it(friday: datetime) -> None:
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    page = opened(Sheet("test", "A list", ("At", "On", "Many"), [[summer, date(2026, 7, 1), 3]], filter="rating: red"))
    assert [str(page.cell(7, column).value) for column in (1, 2, 3)] == [
        "2026-07-02 00:30:00",
        "2026-07-01 00:00:00",
        "3",
    ]
    assert page.cell(7, 1).is_date and page.cell(7, 2).is_date
    said = [page.cell(row, 1).value for row in (1, 2, 3, 4)]
    assert said[0] == "A list" and said[2] == "Filter: rating: red" and said[3] == "1 row."
    assert "Leah Dawson, social worker, Fri 20 Nov 2026, 15:30" in str(said[1])


def test_a_long_list_is_cut_and_says_so(friday: datetime) -> None:
    page = opened(Sheet("test", "A list", ("Number",), [[number] for number in range(MOST_ROWS + 1)]))
    assert page.max_row == 6 + MOST_ROWS
    assert "only the first 1000 rows" in str(page.cell(4, 1).value)
    assert "Cut" not in str(opened(Sheet("test", "A list", ("Number",), [[1]])).cell(4, 1).value)


@pytest.mark.sqlite_only
def test_a_pdf_is_tagged_titled_by_the_reference_and_fetches_nothing(app: Flask) -> None:
    html = (
        "<!DOCTYPE html><html lang='en-GB'><title>Ellie Marsden</title>"
        "<img src='http://127.0.0.1:9/x.png' alt=''><img src='file:///etc/hostname' alt=''><p>Slept in her coat"
    )
    made = PdfReader(BytesIO(as_pdf(html, title="R-7K4M-2Q9X")))
    assert made.metadata is not None and made.metadata.title == "R-7K4M-2Q9X"
    assert made.trailer["/Root"]["/MarkInfo"]["/Marked"] and made.trailer["/Root"]["/Lang"] == "en-GB"
    assert "Slept in her coat" in made.pages[0].extract_text()
    assert not made.pages[0].images


@pytest.mark.sqlite_only
def test_a_file_has_no_name_of_a_child(app: Flask) -> None:
    with app.test_request_context():
        sent = send_taken(b"", name='R-7K4M-2Q9X "; evil\r\n.pdf', mimetype=MIMETYPE)
    assert sent.headers["Content-Disposition"] == "attachment; filename=R-7K4M-2Q9X-evil-.pdf"


def test_an_endless_word_gets_places_to_break() -> None:
    html = f'<p title="{"t" * 300}">{"W" * 250} {"&amp;" * 101} &c. {"a" * 100}</p>'
    broken = f'<p title="{"t" * 300}">{"W" * 100}|{"W" * 100}|{"W" * 50} {"&amp;" * 100}|&amp; &c. {"a" * 100}</p>'
    assert break_long_words(html) == broken.replace("|", "\u200b")
