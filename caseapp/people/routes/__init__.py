"""The pages of the register of people."""

from . import linked, moving, person
from .blueprint import bp

__all__ = ["bp", "linked", "moving", "person"]
