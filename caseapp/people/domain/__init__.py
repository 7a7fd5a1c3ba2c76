"""Plain rules about people: names, dates, numbers and ages. No database, no web."""
