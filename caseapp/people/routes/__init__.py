"""The pages of the register of people."""

from . import moving, person
from .blueprint import bp

__all__ = ["bp", "moving", "person"]
