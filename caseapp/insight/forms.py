"""What is asked on the head's pages: a day, and a sample."""

from caseapp.kernel.forms import Form, WholeNumberField

LARGEST_SAMPLE = 200
LARGEST_SEED = 999_999_999


class SampleForm(Form):
    """How many, and the seed that makes the draw one that can be made again."""

    size = WholeNumberField(
        "How many", lowest=1, highest=LARGEST_SAMPLE, called="How many", required="Enter how many to draw"
    )
    seed = WholeNumberField(
        "Seed",
        hint="Any whole number. The same seed draws the same ones.",
        lowest=0,
        highest=LARGEST_SEED,
        called="The seed",
        required="Enter a seed",
    )
