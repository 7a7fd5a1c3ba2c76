"""Desk: what each person opens first: my work, the team board."""
