"""Data that breaks what is checked before publishing: for every check a statement that fails it."""

from collections.abc import Iterator
from dataclasses import dataclass

from segmentry.checks.catalog import TEXTS, read_exclusive_groups
from segmentry.checks.completeness import TABLES_OF_CUSTOMERS
from segmentry.checks.ranges import MOMENTS, NEVER_NULL, RANGES
from segmentry.checks.raw_tables import read_raw_tables
from segmentry.checks.tables import TABLES, PublicTable

AS_OF = "(select as_of from int_as_of)"
A_BUYER = "(select min(customer_id) from customer_facts where order_count > 0)"
A_REFUNDED = "(select min(customer_id) from refunds)"
A_PROFILE = "(select min(customer_id) from activation_profiles)"
NO_BUYER = "(select min(customer_id) from customer_facts where order_count = 0)"


@dataclass(frozen=True)
class Break:
    """A change of a sound warehouse that some checks must notice, and no others.

    Attributes:
        table: the table whose checks are asked.
        sql: the change.
        fails: exactly the checks of the table that fail.
    """

    table: str
    sql: str
    fails: frozenset[str]


def breaks() -> dict[str, list[Break]]:
    """Return the changes that together fail every check that needs nothing published, by kind.

    Those of one kind can be made at once, in all tables: none hides what another one breaks, and
    none is noticed by checks that another one does not name. A broken key of a customer would be,
    wherever customers are.
    """
    keys = list(broken_keys())
    return {
        "keys of customers": [item for item in keys if item.table == "customer_facts"],
        "other keys": [item for item in keys if item.table != "customer_facts"],
        "values": list(broken_values()),
        "losses": list(lost_rows()),
        "consent": list(broken_consent()),
        "catalog": list(broken_catalog()),
        "groups": list(broken_groups()),
        "raw tables": list(broken_raw_tables()),
    }


def broken(table: str, sql: str, *names: str) -> Break:
    """Return a break of a table whose checks are named without it."""
    return Break(table, sql, frozenset(f"{table}_{name}" for name in names))


def row(table: str, number: int) -> str:
    """Return the condition for one row of a table; of customers it is one without orders."""
    if table == "identity_conflicts":
        return "true"
    if table == "segment_metrics":
        return f"segment = '{('buyers', 'one_timers', 'locals', 'non_locals')[number]}'"
    key, condition = (
        ("customer_id", "order_count = 0") if table == "customer_facts" else ("rowid", "true")
    )
    return (
        f"{key} = (select {key} from {table} where {condition} order by {key} "
        f"limit 1 offset {number})"
    )


def broken_keys() -> Iterator[Break]:
    """Yield rows without a key, rows with the same key, and rows of another day."""
    for table in TABLES:
        yield from missing_keys(table)
        name = f"{table.key[0]}_is_unique" if len(table.key) == 1 else "key_is_unique"
        copy = f"insert into {table.name} select * from {table.name} where {row(table.name, 1)}"
        others = {
            "segment_memberships": ("are_those_of_the_segment_models",),
            "identity_conflicts": ("are_absent",),
            "activation_profiles": ("email_is_unique",),
        }.get(table.name, ())
        yield broken(table.name, add_rows(table.name) + copy, name, *others)
        if table.has_as_of_date:
            yield other_day(table.name, *others)
    yield other_day("rejected_rows")


def missing_keys(table: PublicTable) -> Iterator[Break]:
    """Yield rows without one column of their key."""
    for column in table.key:
        if column in table.nullable_key:
            continue
        others = {
            ("segment_memberships", "customer_id"): ("are_those_of_the_segment_models",),
            ("segment_memberships", "segment"): ("are_those_of_the_segment_models",),
            ("segment_memberships", "segment_value"): ("are_those_of_the_segment_models",),
            ("activation_profiles", "customer_id"): (
                "are_subscribed",
                "hold_every_subscriber",
            ),
            ("segment_catalog", "segment"): (
                "is_that_of_the_project",
                "matches_the_models",
            ),
        }.get((table.name, column), ())
        if table.name == "identity_conflicts":
            others = ("are_absent",)
        number = 0 if column == table.key[0] else 3
        sql = f"update {table.name} set {column} = null where {row(table.name, number)}"
        yield broken(table.name, add_rows(table.name) + sql, f"{column}_is_never_null", *others)


def add_rows(table: str) -> str:
    """Return what gives a table rows to break that a sound warehouse has none of."""
    if table == "identity_conflicts":
        return (
            "insert into identity_conflicts select 'device of several persons', 'anonymous_id', "
            "'', 'a tablet', 2, as_of_date from int_as_of; "
        )
    if table == "customer_merges":
        return (
            "insert into customer_merges by name select 'former ' || uuid() as former_customer_id, "
            "customer_id from customer_facts where order_count > 0 order by customer_id limit 4; "
        )
    return ""


def other_day(table: str, *others: str) -> Break:
    """Return a row that is of the day before."""
    sql = f"update {table} set as_of_date = as_of_date - 1 where {row(table, 2)}"
    return broken(table, add_rows(table) + sql, "as_of_date_is_that_of_the_build", *others)


def broken_values() -> Iterator[Break]:
    """Yield values that are missing, out of their range, or from the future."""
    for table, columns in NEVER_NULL.items():
        for column in columns:
            sql = f"update {table} set {column} = null where {row(table, 0)}"
            yield broken(table, add_rows(table) + sql, f"{column}_is_never_null")
    for bounds in RANGES:
        for column in bounds.columns:
            if bounds.minimum is not None:
                yield out_of_range(bounds.table, column, bounds.minimum - 1, 1)
            if bounds.maximum is not None:
                yield out_of_range(bounds.table, column, bounds.maximum + 1, 2)
    for table, columns in MOMENTS.items():
        for column in columns:
            sql = f"update {table} set {column} = {AS_OF} where {row(table, 3)}"
            yield broken(table, sql, f"{column}_is_before_as_of")


def out_of_range(table: str, column: str, value: float, number: int) -> Break:
    """Return a row whose column has a value that is just out of its range."""
    counts = {"raw_row_count", "staged_row_count", "rejected_row_count", "exact_duplicate_count"}
    others: tuple[str, ...] = ()
    if table == "raw_row_counts" and column in counts:
        others = ("add_up",)
    elif table == "customer_facts" and column == "order_count":
        others = ("orders_add_up",)
    elif table == "identity_conflicts":
        others = ("are_absent",)
    sql = f"update {table} set {column} = {value:g} where {row(table, number)}"
    return broken(table, add_rows(table) + sql, f"{column}_is_in_range", *others)


def lost_rows() -> Iterator[Break]:
    """Yield customers, orders and memberships that one table has and another has not."""
    for table in TABLES_OF_CUSTOMERS:
        customer = {"activation_profiles": A_PROFILE, "refunds": A_REFUNDED}.get(table, A_BUYER)
        sql = f"delete from customer_facts where customer_id = {customer}"
        yield broken(table, add_rows(table) + sql, "customers_are_in_customer_facts")
    for table in ("customer_contacts", "identity_map"):
        sql = f"delete from {table} where customer_id = {A_BUYER}"
        yield broken("customer_facts", sql, f"customers_are_in_{table}")
    for sql in (
        f"update orders set net_revenue = net_revenue + 0.01 where rowid = (select min(rowid) "
        f"from orders where is_valid and customer_id = {A_BUYER})",
        f"delete from orders where rowid = (select min(rowid) from orders where is_valid and "
        f"customer_id = {A_BUYER})",
    ):
        yield broken("customer_facts", sql, "orders_add_up")
    yield broken(
        "raw_row_counts",
        "update raw_row_counts set raw_row_count = raw_row_count + 1 where table_name = 'surveys'",
        "add_up",
    )
    yield broken(
        "segment_metrics",
        f"delete from customer_facts where customer_id = {NO_BUYER}",
        "count_all_customers",
    )
    for sql in (
        "delete from segment_memberships where rowid = (select min(rowid) "
        "from segment_memberships where segment = 'referrers')",
        "update segment_languages set segment_value = 'xx' where rowid = (select min(rowid) "
        "from segment_languages)",
        "delete from segment_referrers",
        "update segment_memberships set segment = 'no_segment' where segment = 'referrers'",
    ):
        yield broken("segment_memberships", sql, "are_those_of_the_segment_models")


def broken_consent() -> Iterator[Break]:
    """Yield profiles of people who may not be sent, and subscribers without one."""
    table = "activation_profiles"
    for refusal in ("is_subscribed = false", "is_suppressed = true", "email = 'another@shop.test'"):
        sql = f"update email_consents set {refusal} where customer_id = {A_PROFILE}"
        yield broken(table, sql, "are_subscribed")
    sql = f"update {table} set email = null where {row(table, 1)}"
    yield broken(table, sql, "email_is_never_null", "are_subscribed")
    sql = f"update {table} set email = (select max(email) from {table}) where {row(table, 2)}"
    yield broken(table, sql, "email_is_unique", "are_subscribed")
    sql = f"delete from {table} where {row(table, 0)}"
    yield broken(table, sql, "hold_every_subscriber")


def broken_catalog() -> Iterator[Break]:
    """Yield rows of the catalog that say nothing, too much, or are of another project."""
    table = "segment_catalog"
    for text in TEXTS:
        sql = f"update {table} set {text} = ' ' where segment = 'locals'"
        yield broken(table, sql, f"{text}_is_given")
    yield broken(
        table,
        f"update {table} set destinations = 'email' where segment = 'profiles'",
        "sensitive_segments_have_no_destination",
    )
    yield broken(
        table,
        f"delete from {table} where segment = 'languages'",
        "is_that_of_the_project",
        "matches_the_models",
    )
    yield broken(
        table,
        "delete from build_log where node_name = 'segment_locals'",
        "matches_the_models",
    )
    yield broken(
        table,
        "create table segment_strays as select * from segment_locals; "
        "insert into build_log select invocation_id, started_at, 'segment_strays', resource_type, "
        "severity, status, failures, message, finding from build_log "
        "where node_name = 'segment_locals'",
        "matches_the_models",
    )


def broken_groups() -> Iterator[Break]:
    """Yield customers who are in an exclusive group twice."""
    for group in read_exclusive_groups():
        sql = (
            "insert into segment_memberships select customer_id, segment, 'another value', "
            "as_of_date, evidence_at, reason from segment_memberships where rowid = (select "
            "min(rowid) from segment_memberships where segment in (select segment "
            f"from segment_catalog where exclusive_group = '{group}'))"
        )
        yield broken(
            "segment_memberships",
            sql,
            f"{group}_exclude_each_other",
            "are_those_of_the_segment_models",
        )


def broken_raw_tables() -> Iterator[Break]:
    """Yield raw tables that are old or mostly rejected, and identities that are nobody's."""
    for table, column in read_raw_tables().items():
        sql = (
            "update raw_row_counts set raw_row_count = raw_row_count + 10000, "
            f"rejected_row_count = rejected_row_count + 10000 where table_name = '{table}'"
        )
        yield broken("raw_row_counts", sql, f"rejected_share_of_{table}_is_small")
        if column:
            old = f"{AS_OF} - interval 400 day"
            kind = "date" if column.endswith("_date") else "timestamp"
            sql = (
                f"drop view stg_{table}; "
                f"create table stg_{table} as select cast({old} as {kind}) as {column}"
            )
            yield broken(f"stg_{table}", sql, "is_fresh")
    yield broken(
        "id_matches",
        "update id_matches set id_count = 100, known_share = 0.049, best_other_share = 0.51 "
        f"where {row('id_matches', 0)}",
        "are_in_their_own_source_system",
    )
    yield broken("identity_conflicts", add_rows("identity_conflicts"), "are_absent")
    yield broken(
        "identity_conflicts",
        "insert into identity_conflicts select 'device of several persons', 'anonymous_id', '', "
        "cast(number as varchar), 2, as_of_date from int_as_of, range(10000) as numbers(number)",
        "are_absent",
        "are_few",
    )
