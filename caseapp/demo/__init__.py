"""Demo: the demo borough, made by the same commands people use."""
