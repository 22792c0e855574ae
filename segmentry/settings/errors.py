"""What keeps a command from starting."""


class SettingsError(Exception):
    """A setting that can't be used: one line that says what is wrong, where, and what to do."""
