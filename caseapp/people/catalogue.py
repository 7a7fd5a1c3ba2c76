"""Codes of the register and their words. A key is never reused."""

# What a person may say of two records, or of a child that somebody tells of and a record.
SAME, DIFFERENT, NOT_SURE = "same", "different", "not_sure"
ANSWERS = {SAME: "The same child", DIFFERENT: "Different children", NOT_SURE: "Not sure"}
