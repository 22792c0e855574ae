"""The public tables that are checked: their keys, and how a row of theirs is named in a result."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicTable:
    """A table whose rows are checked.

    Attributes:
        name: its name in the warehouse.
        key: the columns that identify a row.
        row_id: SQL for the id under which a row appears in results; it never is an address, a name
            or what someone answered.
        nullable_key: those columns of the key that may be null.
        has_as_of_date: whether its rows carry the day of the build.
    """

    name: str
    key: tuple[str, ...]
    row_id: str
    nullable_key: tuple[str, ...] = ()
    has_as_of_date: bool = False


TABLES = (
    PublicTable("customer_facts", ("customer_id",), "customer_id", has_as_of_date=True),
    PublicTable("customer_contacts", ("customer_id",), "customer_id"),
    PublicTable(
        "orders",
        ("source_system", "order_id"),
        "case when source_system = '' then order_id else source_system || ':' || order_id end",
    ),
    PublicTable(
        "order_lines",
        ("source_system", "order_id", "line_number"),
        "case when source_system = '' then order_id else source_system || ':' || order_id end",
    ),
    PublicTable(
        "refunds",
        ("source_system", "refund_id"),
        "case when source_system = '' then refund_id else source_system || ':' || refund_id end",
    ),
    PublicTable(
        "products",
        ("source_system", "product_id"),
        "case when source_system = '' then product_id else source_system || ':' || product_id end",
    ),
    PublicTable(
        "sessions",
        ("source_system", "visitor_type", "visitor_id", "session_id", "session_number"),
        "coalesce(session_id, customer_id, 'anonymous')",
        nullable_key=("session_id",),
    ),
    PublicTable("email_consents", ("email",), "customer_id"),
    PublicTable("identity_map", ("identifier_type", "source_system", "identifier"), "customer_id"),
    PublicTable("customer_merges", ("former_customer_id",), "former_customer_id"),
    PublicTable(
        "identity_conflicts",
        ("conflict", "identifier_type", "source_system", "identifier"),
        "conflict",
        has_as_of_date=True,
    ),
    PublicTable("raw_row_counts", ("table_name",), "table_name"),
    PublicTable(
        "id_matches",
        ("table_name", "column_name", "source_system"),
        "table_name || '.' || column_name || ' of `' || source_system || '`'",
        has_as_of_date=True,
    ),
    PublicTable(
        "segment_memberships",
        ("customer_id", "segment", "segment_value"),
        "segment || ' ' || customer_id",
        has_as_of_date=True,
    ),
    PublicTable(
        "segment_history",
        ("customer_id", "segment", "segment_value", "entered_on"),
        "segment || ' ' || customer_id",
    ),
    PublicTable("activation_profiles", ("customer_id",), "customer_id"),
    PublicTable(
        "segment_overlaps",
        ("segment_a", "segment_b"),
        "segment_a || ' and ' || segment_b",
        has_as_of_date=True,
    ),
    PublicTable(
        "segment_metrics",
        ("segment", "segment_value"),
        "case when segment = '' then 'all customers' else segment end",
        has_as_of_date=True,
    ),
    PublicTable(
        "segment_sizes", ("as_of_date", "segment", "segment_value"), "segment || ' ' || as_of_date"
    ),
    PublicTable(
        "segment_needs",
        ("segment", "need", "table_name"),
        "segment || ' ' || table_name",
        has_as_of_date=True,
    ),
    PublicTable(
        "shop_metrics",
        ("dimension", "dimension_value"),
        "dimension || ' ' || dimension_value",
        has_as_of_date=True,
    ),
    PublicTable(
        "acquisition_costs",
        ("country_code", "month"),
        "country_code || ' ' || month",
        has_as_of_date=True,
    ),
    PublicTable("segment_catalog", ("segment",), "segment"),
)

# Rejected rows have no key of their own: the same row key may be rejected many times.
REJECTED_ROW_ID = "table_name || ' ' || coalesce(row_key, 'malformed line')"

ROW_IDS = {table.name: table.row_id for table in TABLES} | {"rejected_rows": REJECTED_ROW_ID}
