"""Identity: what two persons may have in common."""
