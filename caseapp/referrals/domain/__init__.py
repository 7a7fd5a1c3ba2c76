"""Plain rules about a referral document: reading it, marking what is wrong in it, sorting it. No database, no web."""
