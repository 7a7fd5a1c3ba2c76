"""Plans around a family: what is to change, who does what by when, the people who do it, their meetings and reviews."""
