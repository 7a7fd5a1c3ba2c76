"""Files: whoever reads what they are attached to. This one lies with a draft, so only its writer does."""

from tests.house.matrix.row import Row

ROWS = (Row("GET", "/documents/{own}", "document", {"school": 200}, "Seen by the nurse"),)
