"""caseapp: a multi-agency case and referral tracker for children's safeguarding. The map is docs/architecture.md."""
