"""CSV as text: opened, checked to its end, and split strictly, so that no line is lost.

DuckDB's own reader trims around quotes, accepts surplus commas, lets one stray quote swallow the
rest of a file, and takes a gzip that ends early for a whole one. What is said of a file here is
therefore found out without it.
"""

import codecs
import csv
import gzip
import io
import re
import sys
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from segmentry.reading.errors import ReadingError, reason_of

CHUNK_BYTES = 1 << 20
LONGEST_HEADER = 1 << 20
DELIMITERS = (",", ";", "\t")
QUOTE = '"'
QUOTED = re.compile('"(?:[^"]|"")*"')
# One of them is hardly ever missing from the bytes that a file does not hold.
RARE_BYTES = (b"\x01", b"\x02", b"\x1e", b"\x7f")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Header:
    """The first record of a CSV file.

    Attributes:
        columns: the names in it, in lower case; none when the file is empty.
        delimiter: what separates fields.
        line_count: the physical lines that it takes, blank ones before it included.
    """

    columns: tuple[str, ...]
    delimiter: str
    line_count: int


@dataclass(frozen=True)
class Scan:
    """What a look at every byte of a CSV file says of it.

    Attributes:
        is_plain: whether it is UTF-8 with line feeds at the ends of lines, none of them long, so
            that lines can be told apart without looking at quotes.
        has_quotes: whether it holds any quote.
        line_count: the lines that are not blank, the header included.
        rare_byte: a byte that it does not hold; None when it holds them all.
    """

    is_plain: bool
    has_quotes: bool
    line_count: int
    rare_byte: bytes | None


@dataclass(frozen=True)
class Record:
    """One record of a CSV file: its fields, or its text when it can't be split.

    Attributes:
        fields: the fields; None when it can't be split.
        text: the text of a record that can't be split; else None.
        line_count: the physical lines of it that are not blank.
    """

    fields: list[str] | None
    text: str | None
    line_count: int


class LineBuffer:
    """An iterator over physical lines that can take lines back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        """Return every taken line but the first, to be read again."""
        self._returned.extendleft(reversed(self.taken[1:]))


@contextmanager
def told_in_words() -> Iterator[None]:
    """Turn what a damaged or closed file raises while it is read into words.

    Raises:
        ReadingError: saying what is wrong, without the file's name.
    """
    try:
        yield
    except EOFError as error:
        raise ReadingError("it ends early: the gzip is cut short") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ReadingError("it is no whole gzip: its checksum or length is wrong") from error
    except UnicodeDecodeError as error:
        raise ReadingError("it ends early: it is UTF-16 cut in the middle of a letter") from error
    except OSError as error:
        raise ReadingError(f"it can't be read: {reason_of(error)}") from error


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for its bytes, unpacked when its name ends with `.gz`."""
    is_packed = path.name.lower().endswith(".gz")
    return cast(BinaryIO, gzip.open(path, "rb") if is_packed else path.open("rb"))


def open_text(path: Path) -> TextIO:
    """Open a CSV file as text, what can't be decoded marked as surrogates.

    It is UTF-8 with or without a byte-order mark, or UTF-16 with one.
    """
    stream = open_bytes(path)
    is_utf_16 = stream.read(2) in UTF_16
    stream.seek(0)
    encoding, errors = (
        ("utf-16", "surrogatepass") if is_utf_16 else ("utf-8-sig", "surrogateescape")
    )
    return io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")


def read_header(path: Path) -> Header:
    """Return the header of a CSV file.

    The delimiter is whichever of comma, semicolon and tab stands in it most often outside quotes,
    the first of them when none does.

    Raises:
        ReadingError: when the header can't be decoded or split.
    """
    with told_in_words(), open_text(path) as stream:
        lines: list[str] = []
        is_open, length, line_count = False, 0, 0
        for line in stream:
            line_count += 1
            if lines or line.strip("\r\n"):
                lines.append(line)
                length += len(line)
                is_open ^= line.count(QUOTE) % 2 == 1
                if not is_open or length > LONGEST_HEADER:
                    break
    if is_open:
        raise ReadingError("a quote in its header is not closed")
    text = "".join(lines)
    if not is_unicode(text):
        raise ReadingError("its header is not UTF-8")
    delimiter = max(DELIMITERS, key=QUOTED.sub("", text).count)
    try:
        fields = next(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), []
        )
    except csv.Error as error:
        raise ReadingError(
            "its header can't be split into columns: its quotes are wrong"
        ) from error
    columns = tuple(printable([field]).strip().lower() for field in fields)
    return Header(columns, delimiter, line_count)


def scan(path: Path) -> Scan:
    """Look at every byte of a CSV file.

    Raises:
        ReadingError: when a gzip ends early or its checksum is wrong.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_plain, has_quotes, line_count, rest = True, False, 0, b""
    rare_bytes: tuple[bytes, ...] = RARE_BYTES
    with told_in_words(), open_bytes(path) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            is_plain = is_plain and _is_utf_8(decoder, chunk)
            has_quotes = has_quotes or b'"' in chunk
            rare_bytes = tuple(byte for byte in rare_bytes if byte not in chunk)
            block, line_feed, rest = (rest + chunk).rpartition(b"\n")
            is_plain = is_plain and bool(line_feed or len(chunk) < CHUNK_BYTES)
            block += line_feed
            if is_plain:
                line_count += _count_lines(block)
                is_plain = b"\0" not in chunk and (
                    b"\r" not in block or block.count(b"\r") == block.count(b"\r\n")
                )
    is_plain = is_plain and b"\r" not in rest and _is_utf_8(decoder, b"", final=True)
    return Scan(is_plain, has_quotes, line_count + bool(rest), next(iter(rare_bytes), None))


def _is_utf_8(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _count_lines(block: bytes) -> int:
    has_blank_lines = block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or b"\n\r\n" in block
    if has_blank_lines:
        return sum(1 for line in block.split(b"\n") if line.strip(b"\r"))
    return block.count(b"\n")


def records(lines: Iterable[str], field_count: int, delimiter: str = ",") -> Iterator[Record]:
    """Split lines into records, strictly and one after the other.

    Args:
        lines: physical lines with their line ends.
        field_count: how many fields a record must have.
        delimiter: what separates fields.

    Yields:
        A record with its fields; or, where a record has another number of fields, its whole text;
        or, where a line breaks the rules of quoting or can't be decoded, the text of that one
        line, after which splitting starts again at the next line. Blank lines are passed over.
    """
    buffer = LineBuffer(lines)
    while True:
        buffer.taken = []
        try:
            fields = next(csv.reader(buffer, delimiter=delimiter, strict=True))
            is_sound = all(map(is_unicode, buffer.taken))
        except StopIteration:
            return
        except csv.Error:
            is_sound = False
        if not is_sound:
            buffer.give_back_all_but_first()
            yield Record(None, printable(buffer.taken[:1]), 1)
        elif fields:
            line_count = sum(1 for line in buffer.taken if line.strip("\r\n"))
            is_whole = len(fields) == field_count
            yield Record(
                fields if is_whole else None,
                None if is_whole else printable(buffer.taken),
                line_count,
            )


def count_text_lines(path: Path) -> int:
    """Return the lines of a CSV file that are not blank, whatever ends them."""
    with told_in_words(), open_text(path) as stream:
        return sum(1 for line in stream if line.strip("\r\n"))


def is_unicode(text: str) -> bool:
    """Tell whether text holds no byte that could not be decoded."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def printable(lines: list[str]) -> str:
    """Join physical lines to one text without its line end, bad bytes replaced."""
    text = "".join(lines).rstrip("\r\n")
    if is_unicode(text):
        return text
    return text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace").decode(
        "utf-8", "replace"
    )


def _is_escaped(text: str) -> bool:
    # Bytes that are no UTF-8 stand as U+DC80 to U+DCFF; other surrogates come from UTF-16.
    return all(
        0xDC80 <= ord(letter) <= 0xDCFF for letter in text if 0xD800 <= ord(letter) <= 0xDFFF
    )
