"""What is done with referrals. Callers from other slices take the commands from here."""

from caseapp.referrals.commands.receive import Received, receive_referral

__all__ = ["Received", "receive_referral"]
