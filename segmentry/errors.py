"""What stops a command: each error is a reason for the person who asked, and names no person."""


class SegmentryError(Exception):
    """A reason in words, without a traceback: what is wrong, where, and what to do."""


class SettingsError(SegmentryError):
    """A setting that can't be used."""


class RecordsError(SegmentryError):
    """What a build or a publish left behind is missing, damaged, or held by another process."""


class PublishError(RecordsError):
    """A reason why nothing was published."""


class ValidationError(SegmentryError):
    """A reason why nothing can be said of a build."""


class WhatIfError(SegmentryError):
    """A reason why nothing can be said of a change."""


class PagesError(SegmentryError):
    """A page of the documentation that can't be made."""


class ReplayError(SegmentryError):
    """A reason why a past day can't be computed."""


class DbtError(SegmentryError):
    """A dbt command that failed; its text is what dbt printed."""
