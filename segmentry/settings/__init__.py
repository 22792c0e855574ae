"""A shop's settings: where they stand, and what is said of one that can't be used."""
