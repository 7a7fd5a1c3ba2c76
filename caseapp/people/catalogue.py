"""Codes of the register and their words. A key is never reused."""

# What a person may say of two records, or of a child that somebody tells of and a record.
SAME, DIFFERENT, NOT_SURE = "same", "different", "not_sure"
ANSWERS = {SAME: "The same child", DIFFERENT: "Different children", NOT_SURE: "Not sure"}
# The same of two records, whoever they are of.
ANSWERS_OF_RECORDS = {SAME: "The same person", DIFFERENT: "Different people", NOT_SURE: "Not sure"}

# Why only named people may see a record (the triggers of a council's restricted records).
RESTRICTIONS = {
    "staff_conflict": "Somebody who works here is involved with the family",
    "adoption": "The child is or was to be adopted",
    "high_risk": "Somebody would be in danger if it were known",
    "public_interest": "The press or the public take an interest",
}
