"""`make bench`: the product beside a minimal application that does the same operations."""
