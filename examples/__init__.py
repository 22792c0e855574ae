"""Mappings of public data sets onto the raw contract."""
