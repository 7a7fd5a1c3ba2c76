"""Counters for operators; labels are endpoints and codes, never anything about a person."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("caseapp_requests_total", "Requests answered", ("endpoint", "method", "status"))
SECONDS = Histogram(
    "caseapp_request_seconds", "Time to answer", ("endpoint",), buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
)
