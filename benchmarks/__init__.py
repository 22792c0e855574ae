"""Measures builds of large shops: how long, how much memory, and how both grow."""
