"""Referrals: what the hub was told, kept as told, and what is decided about each child in it."""
