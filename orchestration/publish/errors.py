"""What stops a publish or a roll-back."""


class PublishError(Exception):
    """A reason why nothing was published, for whoever published; it names no person."""
