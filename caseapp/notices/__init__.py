"""Police notifications: taken in by file, paste or JSON, grouped by incident and address."""
