"""Files kept in the database, each attached to one thing: a draft, a referral, a case, a police notice."""
