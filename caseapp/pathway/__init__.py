"""Pathway: handovers: two keys, nobody dropped between two desks."""
