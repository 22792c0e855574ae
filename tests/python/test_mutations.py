"""Small mistakes in the SQL are noticed: each of these, made one at a time, fails some test."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.python.comparison import Row, compare
from tests.python.nasty_shops import write_shop
from tests.python.projects import (
    copy_project,
    sale_calendar,
    shared_accounts,
    shared_emails,
    tracked_products,
)
from tests.python.reference import Settings, compute
from tests.python.test_agreement import forecast_of
from tests.python.warehouse import ROOT, BuildError, build_warehouse, run_dbt

# The first that shows a difference is enough; most mistakes show in the first of all.
SHOP_SEEDS = (3, 14, 27, 8, 21, 44, 35, 5)
UNIT_TEST_FAILED = "Failure in unit_test"


@dataclass(frozen=True)
class Mutation:
    """A mistake: a text that stands once in a file of the project, and what it becomes."""

    file: str
    old: str
    new: str

    @property
    def is_macro(self) -> bool:
        """Whether models of any kind may be affected."""
        return self.file.startswith("macros/")

    @property
    def model(self) -> str:
        """The name of the mutated model."""
        return Path(self.file).stem

    def apply(self, project: Path) -> None:
        """Make the mistake in a copy of the project.

        Raises:
            ValueError: when the text does not stand in the file exactly once.
        """
        path = project / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise ValueError(f"{self.old!r} stands {text.count(self.old)} times in {self.file}")
        path.write_text(text.replace(self.old, self.new))


INTERMEDIATE = "models/intermediate"
MUTATIONS = (
    # Segments
    Mutation(
        "models/segments/purchase/segment_idle_customers.sql",
        "days_since_last_activity > ",
        "days_since_last_activity >= ",
    ),
    Mutation(
        "models/segments/purchase/segment_one_timers.sql",
        "customers.order_count = 1",
        "customers.order_count <= 1",
    ),
    Mutation(
        "models/segments/purchase/segment_loyal_customers.sql",
        "customers.order_count_last_365_days >= ",
        "customers.order_count_last_365_days > ",
    ),
    Mutation(
        "models/segments/purchase/segment_coupon_lovers.sql",
        "customers.coupon_order_share >= ",
        "customers.coupon_order_share > ",
    ),
    Mutation(
        "models/segments/browsing/segment_cart_abandoners.sql",
        "<= browsing.as_of - interval",
        "< browsing.as_of - interval",
    ),
    Mutation(
        "models/segments/purchase/segment_black_friday_buyers.sql",
        "-11-25' as date",
        "-11-24' as date",
    ),
    Mutation(
        "models/segments/email/segment_newsletter_readers.sql",
        "customers.email_opens_last_90_days\n        >= ",
        "customers.email_opens_last_90_days\n        > ",
    ),
    Mutation(
        "models/segments/browsing/segment_idle_visitors.sql",
        "days_since_last_activity > ",
        "days_since_last_activity >= ",
    ),
    Mutation(
        "models/segments/browsing/segment_journey_stages.sql",
        "{{ cart_days }} < {{",
        "{{ cart_days }} <= {{",
    ),
    Mutation(
        "models/segments/satisfaction/segment_nps_passives.sql",
        "customers.latest_nps < ",
        "customers.latest_nps <= ",
    ),
    Mutation(
        "models/segments/satisfaction/segment_csat_improved.sql",
        "score_after > recoveries.score_before",
        "score_after >= recoveries.score_before",
    ),
    Mutation(
        "models/segments/person/segment_age_bands.sql",
        "customers.age_years >= 0",
        "customers.age_years > 0",
    ),
    Mutation(
        "models/segments/place/segment_city_locals.sql",
        "    and customers.city is not null\n",
        "",
    ),
    Mutation(
        "models/segments/technology/segment_origins.sql",
        "technologies.use_rank = 1",
        "technologies.use_rank <= 2",
    ),
    Mutation(
        "models/segments/value/segment_value_tiers.sql",
        "buyers.revenue_rank <= {{ tier }}",
        "buyers.revenue_rank < {{ tier }}",
    ),
    Mutation(
        "models/segments/value/segment_rfm_groups.sql",
        "recency_score >= 3 and buyers.frequency_score >= 4",
        "recency_score > 3 and buyers.frequency_score >= 4",
    ),
    Mutation(
        "models/segments/value/segment_rfm_groups.sql",
        "first_ordered_on >= {{",
        "first_ordered_on > {{",
    ),
    Mutation(
        "models/segments/purchase/segment_high_spenders.sql",
        "buyers.order_count >= {{",
        "buyers.order_count > {{",
    ),
    # Metrics
    Mutation(
        f"{INTERMEDIATE}/traffic/int_visitor_counts.sql",
        "count(buyers.dimension) as converted",
        "count(*) as converted",
    ),
    Mutation(
        f"{INTERMEDIATE}/traffic/int_visitor_months.sql",
        "    and visitors.month = buyers.month\n",
        "",
    ),
    Mutation(
        "models/metrics/segment_members.sql",
        "where segment_value <> ''\ngroup by segment, customer_id",
        "    where segment_value <> ''",
    ),
    Mutation(
        "models/metrics/segment_sizes.sql",
        "where unmet_needs.segment is null",
        "where unmet_needs.segment is not null",
    ),
    # Time
    Mutation(f"{INTERMEDIATE}/as_of/int_as_of.sql", "as_of_date - 90 then", "as_of_date - 91 then"),
    Mutation(f"{INTERMEDIATE}/as_of/int_as_of.sql", "where day > ", "where day >= "),
    Mutation(
        f"{INTERMEDIATE}/events/int_event_days.sql",
        "'=' if setting.date",
        "'='",
    ),
    Mutation(
        f"{INTERMEDIATE}/browsing/int_customer_events.sql",
        "as_of.as_of_date - 30",
        "as_of.as_of_date - 31",
    ),
    Mutation(
        f"{INTERMEDIATE}/browsing/int_session_slices.sql",
        "> previous_ended_at + interval",
        ">= previous_ended_at + interval",
    ),
    Mutation(
        f"{INTERMEDIATE}/browsing/int_session_slices.sql",
        "started_at, first_event.event_id\n                rows unbounded",
        "started_at desc, first_event.event_id\n                rows unbounded",
    ),
    Mutation(
        "macros/intermediate/product_days.sql",
        "count(case when event_name = 'add_to_cart' then 1 end) as add_to_cart_count",
        "count(*) as add_to_cart_count",
    ),
    Mutation("models/staging/raw/stg_events.sql", " and not coalesce(is_bot, false)", ""),
    Mutation(
        "macros/identity/age_in_years.sql",
        "extract(day from {{ on_date }})\n            < ",
        "extract(day from {{ on_date }})\n            <= ",
    ),
    # Rows
    Mutation(
        "macros/raw/rank_versions.sql", "updated_at desc nulls last", "updated_at asc nulls last"
    ),
    Mutation(
        "macros/raw/rank_versions.sql", "updated_at desc nulls last", "updated_at desc nulls first"
    ),
    # Persons
    Mutation(
        f"{INTERMEDIATE}/identity/int_persons.sql",
        "customers.created_at asc nulls last",
        "customers.created_at asc nulls first",
    ),
    Mutation(
        f"{INTERMEDIATE}/identity/int_identity_links.sql",
        "accounts_per_email.account_count <= ",
        "accounts_per_email.account_count < ",
    ),
    Mutation(
        f"{INTERMEDIATE}/identity/int_identified_nodes.sql",
        "> {{ var('max_accounts_per_person') }}\n            then nodes.node_id",
        ">= {{ var('max_accounts_per_person') }}\n            then nodes.node_id",
    ),
    Mutation(
        f"{INTERMEDIATE}/identity/int_anonymous_owners.sql",
        "count(distinct identities.customer_id) = 1",
        "count(distinct identities.customer_id) >= 1",
    ),
    Mutation(f"{INTERMEDIATE}/identity/int_sightings.sql", "    where not is_test\n", ""),
    Mutation(
        f"{INTERMEDIATE}/identity/int_identity_links.sql",
        "        shared_accounts.compared_identifier is null\n        and ",
        "        ",
    ),
    Mutation(
        f"{INTERMEDIATE}/identity/int_identifiers.sql",
        " and shared_identifiers.compared_identifier is null",
        "",
    ),
    # Orders
    Mutation(
        f"{INTERMEDIATE}/orders/int_orders.sql",
        "own_currency_refunded_amount >= subtotal_amount",
        "own_currency_refunded_amount > subtotal_amount",
    ),
    Mutation(
        f"{INTERMEDIATE}/orders/int_order_rates.sql",
        "order_days.ordered_on >= exchange_rates.rate_date",
        "order_days.ordered_on > exchange_rates.rate_date",
    ),
    Mutation(
        f"{INTERMEDIATE}/orders/int_customer_scores.sql",
        "order by net_revenue asc)",
        "order by net_revenue asc, customer_id)",
    ),
    Mutation(
        f"{INTERMEDIATE}/orders/int_customer_scores.sql",
        "order by days_since_last_order desc)",
        "order by days_since_last_order desc, customer_id)",
    ),
    Mutation(
        f"{INTERMEDIATE}/orders/int_customer_products.sql",
        "order by order_count desc, category asc",
        "order by order_count desc, category desc",
    ),
    Mutation(f"{INTERMEDIATE}/orders/int_valid_order_lines.sql", "between 0 and", "between 1 and"),
    Mutation(
        f"{INTERMEDIATE}/orders/int_order_places.sql",
        "ordered_at desc, order_id desc",
        "ordered_at desc, order_id asc",
    ),
    # Email
    Mutation(
        f"{INTERMEDIATE}/email/int_email_consents.sql",
        "when complained_at >= ",
        "when complained_at > ",
    ),
    Mutation(
        f"{INTERMEDIATE}/email/int_email_consents.sql",
        "coalesce(granted_at > withdrawn_at, true)",
        "coalesce(granted_at >= withdrawn_at, true)",
    ),
    Mutation(
        f"{INTERMEDIATE}/email/int_customer_sms.sql",
        "latest_consents.granted_at > latest_consents.withdrawn_at",
        "latest_consents.granted_at >= latest_consents.withdrawn_at",
    ),
    # Voice
    Mutation(
        "models/facts/voice_facts.sql",
        "responded_at desc, response_id desc",
        "responded_at desc, response_id asc",
    ),
    Mutation(
        f"{INTERMEDIATE}/voice/int_survey_responses.sql",
        "scaled_surveys.score > scaled_surveys.score_max_used",
        "scaled_surveys.score >= scaled_surveys.score_max_used",
    ),
    # Facts by subject
    Mutation("models/facts/voice_facts.sql", "recency_rank = 2", "recency_rank = 3"),
    Mutation(
        "models/facts/voice_facts.sql",
        "count(case when has_photo then 1 end)",
        "count(has_photo)",
    ),
    Mutation(
        "models/facts/profile_facts.sql",
        "coalesce(order_places.country_code, profiles.country_code)",
        "coalesce(profiles.country_code, order_places.country_code)",
    ),
    Mutation(
        "models/facts/profile_facts.sql",
        "case when order_places.country_code is null then profiles.city else order_places.city end",
        "coalesce(order_places.city, profiles.city)",
    ),
    Mutation(
        "models/facts/order_facts.sql",
        "'coalesce(products.item_count_last_365_days, 0)'",
        "'products.item_count_last_365_days'",
    ),
    Mutation(
        "models/facts/order_facts.sql",
        "share('orders.net_revenue', 'orders.order_count')",
        "share('orders.net_revenue', 'placed_orders.placed_order_count')",
    ),
    Mutation(
        "models/facts/activity_facts.sql",
        "'browsing.last_event_at'",
        "'browsing.last_session_at'",
    ),
    Mutation(
        "models/facts/activity_facts.sql",
        "'email.last_email_engagement_at'",
        "'email.last_marketing_engagement_at'",
    ),
    Mutation(
        "models/facts/email_facts.sql",
        "coalesce(addresses.is_suppressed, false)",
        "coalesce(addresses.is_suppressed, true)",
    ),
    Mutation(
        "models/facts/browsing_facts.sql",
        "shop_date('events.last_checkout_at'",
        "shop_date('events.last_add_to_cart_at'",
    ),
)


@dataclass(frozen=True)
class BuiltShop:
    """A nasty shop, what the reference says of it, and its warehouse without any mistake."""

    raw_dir: Path
    settings: Settings
    expected: dict[str, list[Row]]
    warehouse: Path


class Shops:
    """Nasty shops, each built when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shops: dict[int, BuiltShop] = {}

    def __getitem__(self, seed: int) -> BuiltShop:
        if seed not in self._shops:
            raw_dir = self._folder / f"raw {seed}"
            warehouse = self._folder / str(seed) / "segmentry.duckdb"
            warehouse.parent.mkdir()
            settings = replace(
                write_shop(
                    raw_dir,
                    seed,
                    shared_emails=shared_emails(),
                    shared_accounts=shared_accounts(),
                ),
                tracked_products=tracked_products(),
                sale_calendar=sale_calendar(),
            )
            build_warehouse(raw_dir, settings, warehouse)
            expected = compute(raw_dir, settings, forecast_of(warehouse))
            assert compare(expected, warehouse) == []
            self._shops[seed] = BuiltShop(raw_dir, settings, expected, warehouse)
        return self._shops[seed]


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Shops:
    """Return the shops that the mutants are tried on."""
    return Shops(tmp_path_factory.mktemp("shops"))


def copy_warehouse(shop: BuiltShop, project: Path) -> Path:
    """Copy a warehouse beside a project, under its own name: its views hold on to that."""
    return shutil.copyfile(shop.warehouse, project.with_name(shop.warehouse.name))


def is_caught_by_unit_tests(mutation: Mutation, project: Path, shop: BuiltShop) -> bool:
    """Say whether a unit test of the mutated segment fails."""
    warehouse = copy_warehouse(shop, project)
    try:
        run_dbt(
            *("test", "--select", f"{mutation.model},test_type:unit"),
            raw_dir=shop.raw_dir,
            warehouse=warehouse,
            project_dir=project,
        )
    except BuildError as error:
        if UNIT_TEST_FAILED not in str(error):
            raise
        return True
    return False


def is_caught_by_agreement(mutation: Mutation, project: Path, shop: BuiltShop) -> bool:
    """Say whether the warehouse of the mutant differs from the reference."""
    warehouse = copy_warehouse(shop, project)
    select = None if mutation.is_macro else f"{mutation.model}+"
    build_warehouse(shop.raw_dir, shop.settings, warehouse, project_dir=project, select=select)
    return bool(compare(shop.expected, warehouse))


def test_every_mistake_can_be_made() -> None:
    for mutation in MUTATIONS:
        assert (ROOT / mutation.file).read_text().count(mutation.old) == 1, mutation


@pytest.mark.prove
@pytest.mark.parametrize(
    "mutation", MUTATIONS, ids=lambda mutation: f"{mutation.model}: {mutation.new.strip()}"
)
def test_mistake_is_caught(tmp_path: Path, shops: Shops, mutation: Mutation) -> None:
    """By a unit test of the segment, else by the agreement of one of some nasty shops."""
    project = copy_project(tmp_path / "mutant")
    mutation.apply(project)
    is_segment = mutation.file.startswith("models/segments/")
    caught = is_segment and is_caught_by_unit_tests(mutation, project, shops[SHOP_SEEDS[0]])
    if not caught:
        caught = any(is_caught_by_agreement(mutation, project, shops[seed]) for seed in SHOP_SEEDS)
    assert caught, f"{mutation.file}: nobody notices {mutation.new!r} for {mutation.old!r}"
