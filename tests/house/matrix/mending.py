"""What has to be mended for the census."""

from tests.house.matrix.row import Row

MENDS = dict.fromkeys(
    ("north.manager", "central.manager", "familyhelp.north", "head"),
    200,
)

ROWS = (Row("GET", "/pathway/mend", None, MENDS, "What to mend for the census"),)
