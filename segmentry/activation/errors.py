"""What stops a sync."""

from segmentry.errors import SegmentryError


class SyncError(SegmentryError):
    """A sync that can't be read, planned or applied."""


class RefusedError(SyncError):
    """A guard that stopped a sync before it wrote anything."""


class PlatformError(SyncError):
    """A platform that refused or did not answer; its text holds no address and no credential."""


class CredentialsError(PlatformError):
    """Credentials that a platform refused."""


class RequestError(PlatformError):
    """A request that a platform refused as a whole.

    Attributes:
        status: its HTTP status.
        body: what it answered; it may quote an address and is never shown.
    """

    def __init__(self, text: str, status: int, body: str) -> None:
        """Keep what an adapter may look at.

        Args:
            text: what is shown.
            status: the HTTP status.
            body: what was answered.
        """
        super().__init__(text)
        self.status = status
        self.body = body


class NoAnswerError(PlatformError):
    """A platform that did not answer, however often it was asked; it may in a while."""


class OutOfTimeError(PlatformError):
    """A run that has used its time: what is left waits for the next."""


class JobLostError(PlatformError):
    """A job that was cancelled or forgotten: its rows are sent again."""
