"""Data that breaks what is checked before publishing: for every check a statement that fails it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from segmentry.checks.declared import checks_of
from segmentry.checks.rules import Between, Check, DbtTest, NeverNull, Unique
from segmentry.records.data_tests import DataTest

A_BUYER = "(select min(customer_id) from customer_facts where order_count > 0)"


@dataclass(frozen=True)
class Break:
    """A change of a sound warehouse that a check must notice.

    Attributes:
        check: the check.
        sql: the change.
    """

    check: Check
    sql: str


# What breaks the tests that are written by hand.
SINGULAR = {
    "ids_are_known_in_their_source_system": (
        "update id_matches set id_count = 100, known_share = 0.049, best_other_share = 0.51 "
        "where rowid = 0"
    ),
    "raw_row_counts_add_up": (
        "update raw_row_counts set raw_row_count = raw_row_count + 1 where table_name = 'surveys'"
    ),
    "rejected_share_is_small": (
        "update raw_row_counts set raw_row_count = raw_row_count + 10000, rejected_row_count = "
        "rejected_row_count + 10000 where table_name = (select min(table_name) from rejected_rows "
        "where reason <> 'duplicate key')"
    ),
    "facts_and_anonymous_orders_add_up": (
        f"update customer_facts set net_revenue = net_revenue + 0.01 where customer_id = {A_BUYER}"
    ),
    "facts_reconcile_with_orders": (
        "delete from orders where rowid = (select min(rowid) from orders where is_valid and "
        f"customer_id = {A_BUYER})"
    ),
    "suppressed_addresses_are_not_subscribed": (
        "update customer_facts set is_suppressed = true where customer_id = "
        "(select min(facts.customer_id) from customer_facts as facts "
        "inner join customer_contacts as contacts on facts.customer_id = contacts.customer_id "
        # Rows that another break touches would hide it.
        "where is_email_subscriber and facts.rowid > 9 and contacts.rowid > 9)"
    ),
    "memberships_give_a_reason": "update segment_memberships set reason = ' ' where rowid = 0",
    "segment_overlaps_add_up": (
        "update segment_overlaps set customer_count = customer_count + 1 where rowid = 1"
    ),
    "segment_values_are_those_explained": (
        "update segment_memberships set segment_value = 'unheard of' where rowid = "
        "(select min(rowid) from segment_memberships where segment = 'journey_stages')"
    ),
    "exclusive_segments_exclude_each_other": (
        "insert into segment_memberships by name select * replace ('xx' as segment_value) "
        "from segment_memberships where segment = 'languages' limit 1"
    ),
    "segment_values_match_the_catalog": (
        "update segment_memberships set segment_value = 'a value' where rowid = "
        "(select min(rowid) + 9 from segment_memberships where segment = 'buyers')"
    ),
    "sensitive_segments_are_sent_nowhere": (
        "update segment_catalog set destinations = 'email' where segment = 'profiles'"
    ),
    "segment_metrics_add_up": (
        "update segment_metrics set net_revenue = net_revenue + 1 where segment = ''"
    ),
    "shop_metrics_add_up": (
        "update shop_metrics set session_count_last_90_days = session_count_last_90_days + 1 "
        "where rowid = (select min(rowid) from shop_metrics where dimension = 'country')"
    ),
    "activation_profiles_are_the_subscribers": "delete from activation_profiles where rowid = 3",
    "activation_profiles_have_phones_of_sms_subscribers": (
        "update activation_profiles set phone = '+15550100' where rowid = "
        "(select max(rowid) from activation_profiles where phone is null)"
    ),
    "history_is_in_order": (
        "update segment_history set exited_on = entered_on - 1 where rowid = 2"
    ),
}


def breaks(tests: Sequence[DataTest], columns: Mapping[str, Sequence[str]]) -> Iterator[Break]:
    """Yield a change for every check that data tests declare of published tables.

    Args:
        tests: the data tests.
        columns: the columns of every published table.
    """
    for test in tests:
        for check in checks_of(test, columns[test.table]):
            yield Break(check, breaking(test, check))


def breaking(test: DataTest, check: Check) -> str:
    """Return what breaks a check of a data test; rows apart, so that no two hide each other."""
    table = test.table
    match check.rule:
        case NeverNull(column):
            # A row whose list is updated moves to another place.
            number = 4 if column == "segments" else 0
            return f"update {table} set {column} = null where rowid = {number}"
        case Unique(column):
            return copy_of(table)
        case Between(column, minimum, maximum):
            value = minimum - 1 if minimum is not None else (maximum or 0) + 1
            return f"update {table} set {column} = {value:g} where rowid = 1"
        case DbtTest() if not test.kind:
            return SINGULAR[test.name]
    column = test.columns[0] if test.columns else ""
    # Cohorts are days.
    nowhere = "1969-12-31" if column == "cohort" else nobody_of(table)
    return {
        "unique_combination": copy_of(table),
        "relationships": f"update {table} set {column} = '{nowhere}' where rowid = 2",
        "combination_is_in": f"update {table} set {column} = '{nobody_of(table)}' where rowid = 3",
        "accepted_values": f"update {table} set {column} = 'unheard of' where rowid = 2",
        "of_the_day": f"update {table} set as_of_date = as_of_date - 1 where rowid = 2",
        "before_as_of": (
            f"update {table} set {column} = (select as_of from int_as_of) where rowid = 2"
        ),
    }[test.kind]


def nobody_of(table: str) -> int:
    """Return what no other table holds, as a number or a text."""
    return 10**9 + crc32(table.encode())


def copy_of(table: str) -> str:
    """Return what puts a row of a table into it a second time."""
    return f"insert into {table} select * from {table} where rowid = 1"
