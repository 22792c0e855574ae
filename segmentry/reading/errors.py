"""What keeps a raw folder from being read."""


class ReadingError(Exception):
    """A reason why a raw folder can't be read; its text names the file and quotes no row."""


def reason_of(error: OSError) -> str:
    """Return why the operating system refused something, in its few words: `no such file`."""
    return (error.strerror or type(error).__name__).lower()
