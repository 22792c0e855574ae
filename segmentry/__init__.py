"""Turns a shop's raw orders, events and surveys into customer facts and named segments."""
