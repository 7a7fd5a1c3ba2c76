"""The blueprint of insight, on which its pages put themselves."""

from flask import Blueprint

bp = Blueprint("insight", __name__, url_prefix="/insight")
