"""Telling people about clocks: reminders, a daily e-mail, calendar addresses."""
