"""The head's page: numbers with their definitions, each opening its list."""
