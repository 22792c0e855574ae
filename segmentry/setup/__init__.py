"""How a shop is brought in: what lies where, what is missing, and what to do next."""
