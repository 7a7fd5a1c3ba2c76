"""Assessments: the child and family assessment, from first word to authorisation."""
