"""The demo borough."""
