"""Audit: who looked at what, and the seal that proves no row of the logs was changed, removed or slipped in."""
