"""What stops a what-if."""


class WhatIfError(Exception):
    """A reason why nothing can be said; its text is for the person who asked."""
