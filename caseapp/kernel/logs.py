"""structlog, one JSON line per event, without names: what may be logged is what code hands over by key."""

import logging
import sys

import structlog


def configure(*, quiet: bool) -> None:
    """Set the logs up once per process; `quiet` (tests) keeps only warnings."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=not quiet,
    )
