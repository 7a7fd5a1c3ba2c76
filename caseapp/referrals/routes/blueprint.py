"""The one blueprint of this slice; the referrer's pages are in `own`, the hub's in `hub`."""

from flask import Blueprint

bp = Blueprint("referrals", __name__, url_prefix="/referrals")
