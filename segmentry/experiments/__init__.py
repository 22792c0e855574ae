"""Experiments: whether what a sync sends changes what people buy."""
