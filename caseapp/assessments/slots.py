"""What a higher floor shows beside an assessment that is being written."""

from caseapp.kernel.slots import Slot

# The referral stands above this floor; its words are shown beside the text so that nobody retypes them.
WHAT_WAS_SAID = Slot(
    "assessments.what_was_said",
    "(actor, referral_ids) -> list of (heading, words); answers are joined in order; shown beside the text",
)
