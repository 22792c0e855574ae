"""Tells what two published versions have apart, and names nobody."""
