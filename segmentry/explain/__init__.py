"""Tells what is known of one customer, and why they were or were not written to."""
