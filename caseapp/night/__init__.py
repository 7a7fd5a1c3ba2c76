"""Night and day: closing list, night alerts, safety card, morning list, the export for the day the system is gone."""
