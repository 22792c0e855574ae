"""The two databases of a published version: one for BI, one that names people."""

from dataclasses import dataclass

# What looks like an email address within a text, as in the macro `address_pattern`.
ADDRESS = r"[^\s@＠][@＠]([^\s@＠]+[.．。][^\s@＠]|(?i:localhost))"


@dataclass(frozen=True)
class Database:
    """One of the two databases of a version.

    Attributes:
        name: what `published_in` calls it.
        file: the name of its DuckDB file.
        parquet: the name of the folder of its Parquet files.
        file_mode: who may read its files.
        folder_mode: who may enter that folder.
        is_personal: whether it names people.
    """

    name: str
    file: str
    parquet: str
    file_mode: int
    folder_mode: int
    is_personal: bool


BI = Database("bi", "segmentry.duckdb", "parquet", 0o644, 0o755, is_personal=False)
CONTACTS = Database("contacts", "contacts.duckdb", "contacts", 0o600, 0o700, is_personal=True)
DATABASES = (BI, CONTACTS)
