"""What an analyst would write in Polars: the same facts, and six of the segments.

    python -m benchmarks.polars_script RAW OUTPUT AS_OF

It reads the Parquet files of a benchmark shop, takes them to be clean, and writes a Parquet file
for each facts table and one of memberships. Frames are lazy and collected by the streaming engine,
as Polars advises for what may not fit into memory.
"""

import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
from polars import col, lit, when

MONEY = pl.Decimal(18, 2)
MINUTE = 60_000_000


@dataclass(frozen=True)
class Days:
    """The end of the day for which facts are computed, and the windows before it."""

    as_of_date: date

    @property
    def as_of(self) -> datetime:
        """The first moment that is not looked at any more."""
        return datetime.combine(self.as_of_date, datetime.min.time()) + timedelta(days=1)

    def last(self, days: int) -> datetime:
        """Return the first moment of the last days."""
        return self.as_of - timedelta(days=days)

    def since(self, moment: str) -> pl.Expr:
        """Return the days that have passed since a moment."""
        return (lit(self.as_of_date) - col(moment).dt.date()).dt.total_days()


@dataclass(frozen=True)
class Shop:
    """The raw files of a shop."""

    raw: Path
    days: Days

    def scan(self, table: str, moment: str | None = None) -> pl.LazyFrame:
        """Return a table, up to the end of the day."""
        path = self.raw / table
        rows = pl.scan_parquet(
            path / "*.parquet" if path.is_dir() else path.with_suffix(".parquet")
        )
        return rows.filter(col(moment) < self.days.as_of) if moment else rows


@dataclass(frozen=True)
class Persons:
    """Accounts with one mailbox are one person, who is called like the oldest of them."""

    mailboxes: pl.LazyFrame
    joined: pl.LazyFrame

    def of(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Return rows with the person of their account as `person_id`."""
        return rows.join(self.joined, "customer_id", how="left").with_columns(
            pl.coalesce("joined_id", "customer_id").alias("person_id")
        )


def compute(raw: Path, output: Path, as_of_date: date) -> None:
    """Compute the facts and memberships of a shop as of the end of a day.

    Args:
        raw: the raw folder of a benchmark shop.
        output: the folder to write.
        as_of_date: the day.
    """
    days = Days(as_of_date)
    shop = Shop(raw, days)
    persons = persons_of(shop)
    orders = orders_of(shop, persons)
    sessions = sessions_of(shop, persons, orders)
    emails = emails_of(shop, persons)
    consents = consents_of(shop, persons)
    surveys = surveys_of(shop, persons)
    seen = [
        persons.mailboxes.select("customer_id"),
        orders.select(customer_id="person_id"),
        sessions.select(customer_id="person_id"),
        *(rows.select("customer_id") for rows in (emails, consents, surveys)),
    ]
    customers = collected(pl.concat(seen).unique())
    facts = {
        "order_facts": order_facts(shop, customers, orders),
        "browsing_facts": browsing_facts(shop, customers, sessions),
        "email_facts": email_facts(customers, persons, emails, consents, days),
        "voice_facts": voice_facts(customers, surveys, days),
        "profile_facts": profile_facts(customers, persons, orders, days),
    }
    tables = {
        name: collected(rows.with_columns(as_of=lit(days.as_of), as_of_date=lit(days.as_of_date)))
        for name, rows in facts.items()
    }
    tables["activity_facts"] = collected(activity_facts(tables, surveys, days))
    tables["segment_memberships"] = pl.concat(
        rows.select(
            "customer_id",
            lit(segment).alias("segment"),
            lit("").alias("segment_value"),
            lit(days.as_of_date).alias("as_of_date"),
            "evidence_at",
            "reason",
        )
        for segment, rows in memberships(tables, days)
    )
    output.mkdir()
    for name, table in tables.items():
        table.collect().write_parquet(output / f"{name}.parquet")


def collected(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Compute what is read more than once."""
    return rows.collect(engine="streaming").lazy()


def persons_of(shop: Shop) -> Persons:
    """Return who has which mailbox, and which accounts are another's."""
    accounts = shop.scan("customers", "created_at")
    mailboxes = collected(
        accounts.group_by("email").agg(
            account_ids=col("customer_id"),
            granted_at=col("created_at").filter(col("accepts_marketing")).max(),
            is_refused=(~col("accepts_marketing")).any(),
            **{
                name: col(name).sort_by("created_at").first()
                for name in (
                    "customer_id",
                    "country_code",
                    "city",
                    "language",
                    "gender",
                    "birth_date",
                )
            },
        )
    )
    joined = (
        mailboxes.filter(col("account_ids").list.len() > 1)
        .select(joined_id="customer_id", customer_id="account_ids")
        .explode("customer_id")
    )
    return Persons(mailboxes, joined)


def orders_of(shop: Shop, persons: Persons) -> pl.LazyFrame:
    """Return orders with their person and their amounts in one currency."""
    rates = shop.scan("exchange_rates").sort("rate_date")
    refunds = shop.scan("refunds", "refunded_at").select("order_id", refund="amount")
    mailboxes = persons.mailboxes.select("email", mailbox_id="customer_id")
    orders = (
        persons.of(shop.scan("orders", "ordered_at"))
        .join(mailboxes, "email", how="left")
        .join(refunds, "order_id", how="left")
        .with_columns(
            person_id=pl.coalesce("person_id", "mailbox_id"),
            ordered_on=col("ordered_at").dt.date(),
            discount=col("discount_amount").fill_null(0),
            refund=col("refund").fill_null(0),
        )
        .sort("ordered_on")
        .join_asof(
            rates,
            left_on="ordered_on",
            right_on="rate_date",
            by="currency",
            check_sortedness=False,
        )
        .with_columns(col("rate").fill_null(1))
    )
    is_refunded = (col("refund") > 0) & (col("refund") >= col("subtotal_amount") - col("discount"))
    return collected(
        orders.with_columns(
            person_id=when(col("person_id").is_null() & col("email").is_not_null())
            .then("guest:" + col("email").map_elements(digest, pl.String))
            .otherwise("person_id"),
            gross_revenue=in_reporting_currency("subtotal_amount"),
            discount_amount=in_reporting_currency("discount"),
            refunded_amount=in_reporting_currency("refund"),
            is_placed=col("status").is_in(["pending", "completed"]),
            is_valid=(col("status") == "completed") & ~is_refunded,
            is_discounted=(col("discount") > 0) | col("coupon_code").is_not_null(),
            is_coupon_order=col("coupon_code").is_not_null(),
        ).with_columns(
            net_revenue=col("gross_revenue") - col("discount_amount") - col("refunded_amount")
        )
    )


def digest(email: str) -> str:
    """Return what a guest is called by."""
    return hashlib.md5(email.encode()).hexdigest()[:16]


def in_reporting_currency(amount: str) -> pl.Expr:
    """Return an amount in the currency of the shop, to the cent."""
    exact = col(amount).cast(pl.Decimal(38, 8)) * col("rate").cast(pl.Decimal(38, 8))
    return exact.round(2, mode="half_away_from_zero").cast(MONEY)


def order_facts(shop: Shop, customers: pl.LazyFrame, orders: pl.LazyFrame) -> pl.LazyFrame:
    """Return what customers ordered."""
    days = shop.days
    placed, valid = col("is_placed"), col("is_valid")
    in_year = valid & (col("ordered_at") >= days.last(365))
    totals = orders.group_by(customer_id="person_id").agg(
        placed_order_count=placed.sum(),
        last_placed_order_at=col("ordered_at").filter(placed).max(),
        first_order_at=col("ordered_at").filter(valid).min(),
        last_order_at=col("ordered_at").filter(valid).max(),
        order_count=valid.sum(),
        order_count_last_90_days=(valid & (col("ordered_at") >= days.last(90))).sum(),
        order_count_last_365_days=in_year.sum(),
        discounted_order_count=(valid & col("is_discounted")).sum(),
        coupon_order_count=(valid & col("is_coupon_order")).sum(),
        net_revenue_last_365_days=col("net_revenue").filter(in_year).sum(),
        max_order_value=col("net_revenue").filter(valid).max(),
        **{
            name: col(name).filter(valid).sum()
            for name in ("gross_revenue", "discount_amount", "refunded_amount", "net_revenue")
        },
    )
    rows = (
        customers.join(totals, "customer_id", how="left")
        .join(scores(totals, days), "customer_id", how="left")
        .join(bought_products(shop, orders), "customer_id", how="left")
    )
    counts = (col(name).fill_null(0).cast(pl.Int64) for name in COUNTS_OF_ORDERS)
    amounts = (col(name).fill_null(0).cast(MONEY) for name in SUMS_OF_ORDERS)
    order_count = positive("order_count")
    order_count_last_365_days = positive("order_count_last_365_days")
    return rows.with_columns(
        *counts,
        *amounts,
        days_since_last_order=days.since("last_order_at"),
        average_order_value=col("net_revenue").cast(pl.Float64) / order_count,
        discounted_order_share=col("discounted_order_count") / order_count,
        coupon_order_share=col("coupon_order_count") / order_count,
        full_price_order_count=(
            col("order_count").cast(pl.Int64) - col("discounted_order_count").cast(pl.Int64)
        ).fill_null(0),
        average_items_per_order_last_365_days=col("item_count").fill_null(0)
        / order_count_last_365_days,
        top_category_order_share_last_365_days=col("top_category_order_count")
        / order_count_last_365_days,
        new_arrival_order_share_last_365_days=col(
            "new_arrival_order_count_last_365_days"
        ).fill_null(0)
        / order_count_last_365_days,
    ).drop("item_count", "top_category_order_count")


COUNTS_OF_ORDERS = (
    "placed_order_count",
    "order_count",
    "order_count_last_90_days",
    "order_count_last_365_days",
    "discounted_order_count",
    "coupon_order_count",
    "products_bought_last_365_days",
    "new_arrival_order_count_last_365_days",
)
SUMS_OF_ORDERS = (
    "gross_revenue",
    "discount_amount",
    "refunded_amount",
    "net_revenue",
    "net_revenue_last_365_days",
)


def positive(count: str) -> pl.Expr:
    """Return a count to divide by, or null."""
    return when(col(count) > 0).then(col(count).cast(pl.Float64))


def scores(totals: pl.LazyFrame, days: Days) -> pl.LazyFrame:
    """Return scores of recency, frequency and monetary value of those who ordered."""
    age = days.since("last_order_at")
    first, last = (col(name).dt.date() for name in ("first_order_at", "last_order_at"))

    def fifth(rank: pl.Expr) -> pl.Expr:
        # In whole numbers: the rank of the last of equals times five, over the count, rounded up.
        return ((rank.cast(pl.Int64) * 5 + pl.len() - 1) // pl.len()).cast(pl.Int32)

    return totals.filter(col("order_count") > 0).select(
        "customer_id",
        average_days_between_orders=when(col("order_count") > 1).then(
            (last - first).dt.total_days() / (col("order_count").cast(pl.Float64) - 1)
        ),
        recency_score=fifth((-age).rank("max")),
        frequency_score=when(col("order_count") >= 6)
        .then(5)
        .otherwise(pl.min_horizontal("order_count", lit(4)))
        .cast(pl.Int32),
        monetary_score=fifth(col("net_revenue").rank("max")),
    )


def bought_products(shop: Shop, orders: pl.LazyFrame) -> pl.LazyFrame:
    """Return what customers bought in the last year."""
    in_year = col("is_valid") & (col("ordered_at") >= shop.days.last(365))
    products = shop.scan("products").select("product_id", "category", "launched_on")
    days_on_sale = (col("ordered_on") - col("launched_on")).dt.total_days()
    lines = collected(
        shop.scan("order_lines")
        .select("order_id", "product_id", "quantity")
        .join(orders.filter(in_year).select("order_id", "person_id", "ordered_on"), "order_id")
        .join(products, "product_id")
        .with_columns(is_new_arrival=days_on_sale.is_between(0, 30), customer_id="person_id")
    )
    top_categories = (
        lines.group_by("customer_id", "category")
        .agg(top_category_order_count=col("order_id").n_unique())
        .sort(["top_category_order_count", "category"], descending=[True, False])
        .unique("customer_id", keep="first", maintain_order=True)
        .rename({"category": "top_category_last_365_days"})
    )
    return (
        lines.group_by("customer_id")
        .agg(
            item_count=col("quantity").sum(),
            products_bought_last_365_days=col("product_id").n_unique(),
            new_arrival_order_count_last_365_days=col("order_id")
            .filter(col("is_new_arrival"))
            .n_unique(),
        )
        .join(top_categories, "customer_id")
    )


def sessions_of(shop: Shop, persons: Persons, orders: pl.LazyFrame) -> pl.LazyFrame:
    """Return the sessions of which the person is known."""
    days = shop.days
    is_view = col("event_name") == "view_item"

    def last(event_name: str) -> pl.Expr:
        return col("occurred_at").filter(col("event_name") == event_name).max()

    sessions = persons.of(
        shop.scan("events", "occurred_at")
        .group_by("session_id")
        .agg(
            anonymous_id=col("anonymous_id").first(),
            customer_id=col("customer_id").first(),
            started_at=col("occurred_at").min(),
            ended_at=col("occurred_at").max(),
            product_view_count=is_view.sum(),
            product_views_last_30_days=(is_view & (col("occurred_at") >= days.last(30))).sum(),
            lead_count=(col("event_name") == "generate_lead").sum(),
            share_count=(col("event_name") == "share").sum(),
            last_view=greatest(pl.struct("occurred_at", "event_id", "product_id").filter(is_view)),
            last_add_to_cart_at=last("add_to_cart"),
            last_checkout_at=last("begin_checkout"),
            last_purchase_event_at=last("purchase"),
            last_share_at=last("share"),
        )
    )
    sessions = collected(sessions)
    # A browser is somebody's when all that was signed in or ordered on it is of one person.
    sightings = pl.concat(
        rows.select("anonymous_id", "person_id").drop_nulls() for rows in (sessions, orders)
    )
    owners = (
        sightings.group_by("anonymous_id")
        .agg(owner_id=col("person_id").first(), person_count=col("person_id").n_unique())
        .filter(col("person_count") == 1)
    )
    return collected(
        sessions.join(owners, "anonymous_id", how="left")
        .with_columns(person_id=pl.coalesce("person_id", "owner_id"))
        .filter(col("person_id").is_not_null())
    )


def greatest(structs: pl.Expr) -> pl.Expr:
    """Return the greatest of structs, which are compared field by field."""
    return structs.max_by(structs)


def browsing_facts(shop: Shop, customers: pl.LazyFrame, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Return what customers looked at."""
    days = shop.days
    in_month = col("started_at") >= days.last(30)
    length = (col("ended_at") - col("started_at")).dt.total_microseconds()
    totals = sessions.group_by(customer_id="person_id").agg(
        last_session_at=col("started_at").max(),
        session_count=pl.len(),
        sessions_last_30_days=in_month.sum(),
        sessions_last_90_days=(col("started_at") >= days.last(90)).sum(),
        minutes_on_site_last_30_days=length.filter(in_month).sum() / MINUTE,
        longest_session=greatest(pl.struct(length.alias("length"), "started_at").filter(in_month)),
        last_view=greatest(col("last_view").drop_nulls()),
        last_event_at=col("ended_at").max(),
        **{
            name: col(name).sum()
            for name in (
                "product_view_count",
                "product_views_last_30_days",
                "lead_count",
                "share_count",
            )
        },
        **{
            name: col(name).max()
            for name in (
                "last_add_to_cart_at",
                "last_checkout_at",
                "last_purchase_event_at",
                "last_share_at",
            )
        },
    )
    rows = customers.join(totals, "customer_id", how="left").join(
        viewed_products(shop, sessions), "customer_id", how="left"
    )
    counts = (col(name).fill_null(0) for name in COUNTS_OF_SESSIONS)
    return rows.with_columns(
        *counts,
        longest_session_minutes_last_30_days=col("longest_session").struct.field("length") / MINUTE,
        longest_session_last_30_days_at=col("longest_session").struct.field("started_at"),
        last_product_view_at=col("last_view").struct.field("occurred_at"),
        last_viewed_product_id=col("last_view").struct.field("product_id"),
        days_since_last_add_to_cart=days.since("last_add_to_cart_at"),
        days_since_last_checkout=days.since("last_checkout_at"),
    ).drop("longest_session", "last_view")


COUNTS_OF_SESSIONS = (
    "session_count",
    "sessions_last_30_days",
    "sessions_last_90_days",
    "minutes_on_site_last_30_days",
    "product_view_count",
    "product_views_last_30_days",
    "products_viewed_last_30_days",
    "products_viewed_last_365_days",
    "lead_count",
    "share_count",
)


def viewed_products(shop: Shop, sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Return how many products customers looked at in the last month and year."""
    days = shop.days
    last_views = (
        shop.scan("events", "occurred_at")
        .filter((col("event_name") == "view_item") & (col("occurred_at") >= days.last(365)))
        .select("session_id", "product_id", "occurred_at")
        .join(sessions.select("session_id", customer_id="person_id"), "session_id")
        .group_by("customer_id", "product_id")
        .agg(col("occurred_at").max())
    )
    return last_views.group_by("customer_id").agg(
        products_viewed_last_30_days=(col("occurred_at") >= days.last(30)).sum(),
        products_viewed_last_365_days=pl.len(),
    )


def emails_of(shop: Shop, persons: Persons) -> pl.LazyFrame:
    """Return what customers opened and clicked."""
    in_quarter = col("occurred_at") >= shop.days.last(90)
    is_open = (col("event_type") == "opened") & ~col("is_machine_open")
    is_click = col("event_type") == "clicked"
    is_marketing = col("campaign_type") != "transactional"
    accounts = (
        shop.scan("email_events", "occurred_at")
        .group_by("customer_id")
        .agg(
            email_opens_last_90_days=(is_open & is_marketing & in_quarter).sum(),
            email_clicks_last_90_days=(is_click & is_marketing & in_quarter).sum(),
            last_email_engagement_at=col("occurred_at").filter(is_open | is_click).max(),
            last_marketing_engagement_at=col("occurred_at")
            .filter((is_open | is_click) & is_marketing)
            .max(),
        )
    )
    return collected(
        persons.of(accounts)
        .group_by(customer_id="person_id")
        .agg(
            col("email_opens_last_90_days", "email_clicks_last_90_days").sum(),
            col("last_email_engagement_at", "last_marketing_engagement_at").max(),
        )
    )


def consents_of(shop: Shop, persons: Persons) -> pl.LazyFrame:
    """Return when customers said yes and no by themselves."""
    consents = persons.of(shop.scan("consent_events", "occurred_at"))
    return collected(
        consents.group_by(customer_id="person_id").agg(
            consented_at=col("occurred_at").filter(col("state") == "granted").max(),
            withdrawn_at=col("occurred_at").filter(col("state") == "withdrawn").max(),
        )
    )


def email_facts(
    customers: pl.LazyFrame,
    persons: Persons,
    emails: pl.LazyFrame,
    consents: pl.LazyFrame,
    days: Days,
) -> pl.LazyFrame:
    """Return who may be written to, and who reads it."""
    granted_at = pl.max_horizontal("granted_at", "consented_at")
    subscribers = persons.mailboxes.join(consents, "customer_id", how="left").select(
        "customer_id",
        is_email_subscriber=granted_at.is_not_null()
        & ~col("is_refused")
        & (granted_at > col("withdrawn_at")).fill_null(True),
    )
    return (
        customers.join(subscribers, "customer_id", how="left")
        .join(emails, "customer_id", how="left")
        .with_columns(
            col("is_email_subscriber").fill_null(False),
            col("email_opens_last_90_days", "email_clicks_last_90_days").fill_null(0),
            is_suppressed=lit(False),
            is_sms_subscriber=lit(False),
        )
    )


def surveys_of(shop: Shop, persons: Persons) -> pl.LazyFrame:
    """Return the latest answers of customers."""
    score, score_max = (col(name).cast(pl.Float64) for name in ("score", "score_max"))
    answers = (
        persons.of(shop.scan("surveys", "responded_at"))
        .with_columns(
            score=when(col("survey_type") == "csat")
            .then(10 * score / score_max)
            .when(col("survey_type") == "review")
            .then(5 * score / score_max)
            .otherwise(score)
        )
        .sort("responded_at", descending=True)
    )

    def of(survey_type: str, name: str) -> pl.Expr:
        return col(name).filter(col("survey_type") == survey_type)

    return collected(
        answers.group_by("person_id", maintain_order=True)
        .agg(
            last_response_at=col("responded_at").first(),
            latest_csat=of("csat", "score").first(),
            previous_csat=of("csat", "score").slice(1, 1).first(),
            latest_csat_at=of("csat", "responded_at").first(),
            latest_nps=of("nps", "score").first(),
            latest_nps_at=of("nps", "responded_at").first(),
            latest_review=of("review", "score").first(),
            latest_review_at=of("review", "responded_at").first(),
            review_count=(col("survey_type") == "review").sum(),
        )
        .rename({"person_id": "customer_id"})
    )


def voice_facts(customers: pl.LazyFrame, surveys: pl.LazyFrame, days: Days) -> pl.LazyFrame:
    """Return what customers said."""
    return (
        customers.join(surveys, "customer_id", how="left")
        .with_columns(
            col("review_count").fill_null(0),
            days_since_latest_csat=days.since("latest_csat_at"),
            days_since_latest_nps=days.since("latest_nps_at"),
            days_since_latest_review=days.since("latest_review_at"),
            photo_review_count=lit(0),
            last_photo_review_at=lit(None, pl.Datetime),
        )
        .drop("last_response_at")
    )


def profile_facts(
    customers: pl.LazyFrame, persons: Persons, orders: pl.LazyFrame, days: Days
) -> pl.LazyFrame:
    """Return where customers live and how old they are."""
    places = (
        orders.filter(col("is_valid"))
        .group_by(customer_id="person_id")
        .agg(
            order_country_code=col("country_code").sort_by("ordered_at").last(),
            order_city=col("city").sort_by("ordered_at").last(),
            has_ordered=lit(True),
        )
    )
    birth, today = col("birth_date"), days.as_of_date
    is_before_birthday = (birth.dt.month() > today.month) | (
        (birth.dt.month() == today.month) & (birth.dt.day() > today.day)
    )
    return (
        customers.join(persons.mailboxes, "customer_id", how="left")
        .join(places, "customer_id", how="left")
        .select(
            "customer_id",
            "language",
            "gender",
            country_code=pl.coalesce("order_country_code", "country_code"),
            region=lit(None, pl.String),
            city=when("has_ordered").then("order_city").otherwise("city"),
            age_years=today.year - birth.dt.year().cast(pl.Int64) - is_before_birthday.cast(int),
        )
    )


def activity_facts(
    tables: Mapping[str, pl.LazyFrame], surveys: pl.LazyFrame, days: Days
) -> pl.LazyFrame:
    """Return when customers were last seen."""
    rows = tables["order_facts"].select("customer_id", "as_of", "as_of_date", "last_order_at")
    for others, moment in (
        (tables["browsing_facts"], "last_event_at"),
        (tables["email_facts"], "last_email_engagement_at"),
        (surveys, "last_response_at"),
    ):
        rows = rows.join(others.select("customer_id", moment), "customer_id", how="left")
    last_activity_at = pl.max_horizontal(
        "last_order_at", "last_event_at", "last_email_engagement_at", "last_response_at"
    )
    return rows.select(
        "customer_id", "as_of", "as_of_date", last_activity_at=last_activity_at
    ).with_columns(days_since_last_activity=days.since("last_activity_at"))


def memberships(
    tables: Mapping[str, pl.LazyFrame], days: Days
) -> Iterator[tuple[str, pl.LazyFrame]]:
    """Yield six segments: who is in, as of when, and why."""
    orders = tables["order_facts"]
    last_order_at = col("last_order_at").alias("evidence_at")
    yield (
        "one_timers",
        orders.filter(col("order_count") == 1).select(
            "customer_id",
            last_order_at,
            reason=pl.format("1 order, {} ago", counted("days_since_last_order", "day")),
        ),
    )
    share = col("top_category_order_share_last_365_days")
    yield (
        "loyal_customers",
        orders.filter(
            (col("order_count_last_365_days") >= 3) & (share.is_null() | (share >= 0.5))
        ).select(
            "customer_id",
            last_order_at,
            reason=pl.format("{} orders in 365 days, ", "order_count_last_365_days")
            + pl.format("{} with {}", percentage(share), "top_category_last_365_days").fill_null(
                "no category known"
            ),
        ),
    )
    buyers = orders.filter(col("order_count") >= 1).with_columns(
        average=col("net_revenue").cast(pl.Float64).mean(),
        large_order_value=col("max_order_value")
        .cast(pl.Float64)
        .quantile(0.9, interpolation="linear"),
    )
    yield (
        "high_spenders",
        buyers.filter(col("net_revenue").cast(pl.Float64) > col("average")).select(
            "customer_id",
            last_order_at,
            reason=pl.format(
                "spent {} USD against {} USD on average, ",
                "net_revenue",
                col("average").round(2, mode="half_away_from_zero").cast(MONEY),
            )
            + when(col("max_order_value").cast(pl.Float64) >= col("large_order_value"))
            .then(pl.format("by a large order of {} USD", "max_order_value"))
            .when(col("order_count") >= 2)
            .then(pl.format("by frequency: {} orders", "order_count"))
            .otherwise(lit("by its amount")),
        ),
    )
    yield (
        "coupon_lovers",
        orders.filter((col("coupon_order_count") >= 2) & (col("coupon_order_share") >= 0.6)).select(
            "customer_id",
            last_order_at,
            reason=pl.format(
                "{} of {} orders with a coupon, {}",
                "coupon_order_count",
                "order_count",
                percentage(col("coupon_order_share")),
            ),
        ),
    )
    active = tables["activity_facts"].join(orders, "customer_id")
    yield (
        "idle_customers",
        active.filter((col("order_count") >= 1) & (col("days_since_last_activity") > 180)).select(
            "customer_id",
            col("last_activity_at").alias("evidence_at"),
            reason=pl.format(
                "{}, no activity for {} days",
                counted("order_count", "order"),
                "days_since_last_activity",
            ),
        ),
    )
    added_at = col("last_add_to_cart_at")
    yield (
        "cart_abandoners",
        tables["browsing_facts"]
        .join(orders, "customer_id")
        .filter(
            (col("days_since_last_add_to_cart") < 30)
            & (added_at <= days.as_of - timedelta(hours=1))
            & (col("last_placed_order_at") < added_at).fill_null(True)
            & (col("last_purchase_event_at") < added_at).fill_null(True)
        )
        .select(
            "customer_id",
            added_at.alias("evidence_at"),
            reason=pl.format(
                "filled a cart {} ago and has not ordered since",
                counted("days_since_last_add_to_cart", "day"),
            ),
        ),
    )


def counted(count: str, noun: str) -> pl.Expr:
    """Return a count with its noun."""
    return pl.format(
        "{} {}", count, when(col(count) == 1).then(lit(noun)).otherwise(lit(noun + "s"))
    )


def percentage(share: pl.Expr) -> pl.Expr:
    """Return a share as a percentage."""
    rounded = (100 * share).round(0, mode="half_away_from_zero")
    return pl.format("{} %", rounded.cast(pl.Int64))


if __name__ == "__main__":
    raw, output, as_of_date = sys.argv[1:]
    compute(Path(raw), Path(output), date.fromisoformat(as_of_date))
