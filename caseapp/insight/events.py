"""What is written down about the head's numbers."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType(
        "sample.drawn",
        "Drew a random sample of {size} from {measure}, number {sample}",
        {"sample": "number", "measure": "code:measures", "size": "number", "seed": "number", "on": "day"},
        audience="service",
    ),
)
