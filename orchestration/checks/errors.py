"""What keeps a warehouse from being validated at all."""


class ValidationError(Exception):
    """A reason why nothing can be said of a warehouse; its text is for the person who asked."""
