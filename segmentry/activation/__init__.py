"""Brings published segments to email platforms, and keeps them equal to what was published."""
