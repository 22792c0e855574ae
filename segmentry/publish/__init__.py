"""Publishes a whole and validated build as one version, for readers who never see half of it."""
