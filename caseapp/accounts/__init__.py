"""Accounts: agencies, teams, the people who sign in, localities; sessions, throttling and what was parked when a session ended."""
