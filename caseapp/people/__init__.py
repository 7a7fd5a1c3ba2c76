"""People: who a child or adult is, by which names, numbers and homes they are known."""
