"""What dbt says, in one line."""

import re

# Headings and traces that dbt puts around a message.
AROUND = re.compile(
    r"^(Encountered an error:|\w[\w ]* Error( in .*)?|> (in|called by) .*|compiled code at .*)$"
)
DISK_FULL = re.compile(r"No space left|[Oo]ut of disk|disk is full", re.IGNORECASE)
OUT_OF_MEMORY = re.compile(r"Out of Memory|failed to allocate", re.IGNORECASE)


def in_one_line(message: str) -> str:
    """Return a message of dbt without its headings and traces.

    What a machine lacks is said in words instead of the database's.
    """
    if DISK_FULL.search(message):
        return "The disk is full: make room, and build again. What was published is unharmed."
    if OUT_OF_MEMORY.search(message):
        return (
            "The memory is full: close other programs, or raise SEGMENTRY_MEMORY_LIMIT, and build "
            "again."
        )
    lines = (line.strip() for line in message.splitlines())
    return " ".join(line for line in lines if line and not AROUND.match(line))
