"""`people lookup`: a file of children asked for, a file of who they could be."""

import csv
from pathlib import Path

from flask import Flask

HEAD = "query_id,nhs_number,first_name,middle_name,last_name,aka,sex,dob,dob_status,address,postcode,carer_name,phone"
REGISTER = f"""{HEAD.replace("query_id", "record_id")}
P1,9990000018,Ellie,,Marsden,,F,2017-03-04,exact,14 Quarry Lane,S63 7AQ,Kirsty Marsden,07700 900123
P2,,Jake,,Marsden,,M,2019-05-06,exact,14 Quarry Lane,S63 7AQ,Kirsty Marsden,07700 900123
"""


def look_up(app: Flask, folder: Path, rows: str, *more: str) -> tuple[int, str, list[list[str]]]:
    (folder / "register.csv").write_text(REGISTER, encoding="utf-8")
    runner = app.test_cli_runner()
    assert runner.invoke(args=["people", "import", str(folder / "register.csv")]).exit_code == 0
    (folder / "asked.csv").write_text(f"{HEAD}\n{rows}", encoding="utf-8")
    done = runner.invoke(args=["people", "lookup", str(folder / "asked.csv"), "--out", str(folder / "out.csv"), *more])
    with open(folder / "out.csv", encoding="utf-8", newline="") as text:
        return done.exit_code, done.output, list(csv.reader(text))


def test_who_was_imported_is_found_under_the_number_they_came_with(app: Flask, tmp_path: Path) -> None:
    code, _, answers = look_up(
        app,
        tmp_path,
        "Q1,,Ellie,,Marsden,,F,2017-04-03,exact,14 Quarry Ln,s637aq,,\n"
        "Q2,,Tomasz,,Nowak,,M,2012-01-09,exact,3 High Street,S60 1AA,,\n",
    )
    assert code == 0
    assert answers[0] == ["query_id", "rank", "record_id", "band", "bits"]
    assert [row[:4] for row in answers[1:] if row[3] == "very likely"] == [["Q1", "1", "P1", "very likely"]]
    assert {row[0] for row in answers[1:]} == {"Q1"}
    assert all(float(row[4]) > 0 for row in answers[1:])


def test_no_more_are_given_than_asked_for(app: Flask, tmp_path: Path) -> None:
    rows = "Q1,,,,Marsden,,,,,14 Quarry Lane,S63 7AQ,Kirsty Marsden,\n"
    assert len(look_up(app, tmp_path, rows)[2]) == 3
    assert len(look_up(app, tmp_path, rows, "--top", "1")[2]) == 2


def test_a_row_that_cannot_be_read_is_told_and_the_others_are_looked_up(app: Flask, tmp_path: Path) -> None:
    code, told, answers = look_up(
        app,
        tmp_path,
        f"Q1,,{'x' * 81},,Marsden,,F,,,,,,\n,,Ellie,,Marsden,,F,,,,,,\nQ3,999 000 0018,,,,,,,,,,,\n",
    )
    assert code == 1
    assert "Line 2 was not looked up: first_name has 81 signs" in told
    assert "Line 3 was not looked up: it has no query_id" in told
    assert [row[0] for row in answers[1:]] == ["Q3"]


def test_a_file_without_its_columns_is_refused(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "asked.csv").write_text("name\nEllie\n")
    done = app.test_cli_runner().invoke(
        args=["people", "lookup", str(tmp_path / "asked.csv"), "--out", str(tmp_path / "out.csv")]
    )
    assert done.exit_code == 1
    assert "query_id" in done.output
