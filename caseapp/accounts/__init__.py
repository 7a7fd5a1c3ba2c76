"""Accounts: agencies, teams, localities, the people who sign in; sessions, throttling, and forms parked meanwhile."""
