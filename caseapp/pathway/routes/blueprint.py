"""The one blueprint of this slice."""

from flask import Blueprint

bp = Blueprint("pathway", __name__, url_prefix="/pathway")
