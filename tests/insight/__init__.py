"""The head's numbers."""
