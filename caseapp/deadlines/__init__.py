"""Clocks: dated calendars, dated rules, due dates that say why, and how long is left."""
