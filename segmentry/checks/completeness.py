"""The public tables speak of the same customers, and nothing got lost between them."""

from collections.abc import Iterator, Sequence

from segmentry.checks.rules import Check, NoRows
from segmentry.checks.tables import ROW_IDS

# Tables whose customers are all in customer_facts; an order or session may be of no one known.
TABLES_OF_CUSTOMERS = (
    "customer_contacts",
    "orders",
    "order_lines",
    "refunds",
    "sessions",
    "email_consents",
    "identity_map",
    "customer_merges",
    "segment_memberships",
    "activation_profiles",
)


def completeness_checks(segments: Sequence[str]) -> Iterator[Check]:
    """Yield what must hold between public tables.

    Args:
        segments: the segments of the catalog.
    """
    for table in TABLES_OF_CUSTOMERS:
        yield customers_are_in(table, "customer_facts")
    yield customers_are_in("customer_facts", "customer_contacts")
    yield customers_are_in("customer_facts", "identity_map")
    yield orders_add_up()
    yield raw_rows_add_up()
    yield metrics_count_everyone()
    yield memberships_are_those_of_the_models(segments)


def customers_are_in(table: str, other: str) -> Check:
    """Return the check that every customer_id of a table is in another."""
    query = (
        f"select {ROW_IDS[table]} as id from checked "
        "where checked.customer_id is not null and not exists ("
        f"select 1 from {other} as known where known.customer_id = checked.customer_id)"
    )
    return Check(
        f"{table}_customers_are_in_{other}", table, NoRows(query, f"rows not known to {other}")
    )


def orders_add_up() -> Check:
    """Return the check that the valid orders of each customer are those of their facts."""
    query = """
        with

        valid_orders as (
            select
                customer_id,
                count(*) as order_count,
                sum(net_revenue) as net_revenue
            from orders
            where is_valid and customer_id is not null
            group by customer_id
        )

        select customer_facts.customer_id as id
        from checked as customer_facts
        left join valid_orders on customer_facts.customer_id = valid_orders.customer_id
        where
            customer_facts.order_count <> coalesce(valid_orders.order_count, 0)
            or customer_facts.net_revenue <> coalesce(valid_orders.net_revenue, 0)
    """
    return Check(
        "customer_facts_orders_add_up",
        "customer_facts",
        NoRows(query, "customers whose orders or net revenue are not those of the table orders"),
    )


def raw_rows_add_up() -> Check:
    """Return the check that every raw row was staged, rejected or an exact duplicate."""
    query = """
        select table_name as id
        from checked as raw_row_counts
        where
            raw_row_count is distinct from
            staged_row_count + rejected_row_count + exact_duplicate_count
    """
    return Check(
        "raw_row_counts_add_up", "raw_row_counts", NoRows(query, "raw tables with lost rows")
    )


def metrics_count_everyone() -> Check:
    """Return the check that the metrics of the whole shop are of all customers."""
    query = """
        select 'all customers' as id
        from (
            select max(customer_count) as customer_count
            from checked as segment_metrics
            where segment = ''
        )
        where customer_count is distinct from (select count(*) from customer_facts)
    """
    return Check(
        "segment_metrics_count_all_customers",
        "segment_metrics",
        NoRows(query, "totals that are not of all customers"),
    )


def memberships_are_those_of_the_models(segments: Sequence[str]) -> Check:
    """Return the check that segment_memberships holds the rows of all segment models, and no other.

    Rows are compared by their number and the sum of their hashes, one pass over each side.
    """
    digest = "count(*) as row_count, sum(hash(customer_id, segment_value, as_of_date)) as digest"
    models = "\nunion all\n".join(
        f"select '{segment}' as segment, {digest} from segment_{segment}" for segment in segments
    )
    query = f"""
        with

        models as (
            {models}
        ),

        memberships as (
            select segment, {digest}
            from checked as segment_memberships
            group by segment
        )

        select coalesce(models.segment, memberships.segment) as id
        from models
        full outer join memberships on models.segment = memberships.segment
        where
            coalesce(models.row_count, 0) <> coalesce(memberships.row_count, 0)
            or models.digest is distinct from memberships.digest
    """
    return Check(
        "segment_memberships_are_those_of_the_segment_models",
        "segment_memberships",
        NoRows(query, "segments whose memberships are not those of their model"),
    )
