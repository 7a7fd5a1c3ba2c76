"""The pages of the register of people."""

from . import doubles, linked, moving, person
from .blueprint import bp

__all__ = ["bp", "doubles", "linked", "moving", "person"]
