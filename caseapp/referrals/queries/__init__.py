"""What is asked of referrals."""
