"""The web forms of referrals."""
