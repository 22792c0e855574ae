"""What Great Expectations checks of a built warehouse before it is published."""

from segmentry.checks.declaration import DeclaredCheck, declared_checks

__all__ = ["DeclaredCheck", "declared_checks"]
