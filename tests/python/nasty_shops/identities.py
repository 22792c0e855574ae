"""Tricks with accounts, emails and anonymous_ids: who is the same person, and who is not."""

from datetime import timedelta
from itertools import pairwise

from tests.python.nasty_shops.days import MICROSECOND
from tests.python.nasty_shops.shop import Identity, Shop

SHARED_EMAILS = frozenset({"info@shop.example", "noreply@shop.example"})
SHARED_ACCOUNTS = frozenset(
    ("null", "undefined", "none", "nan", "n/a", "0", "-1", "guest", "anonymous", "unknown")
)
PLACEHOLDERS = ("guest", "0", "NaN", " Null ", "N/A", "-1", "\tUNKNOWN\n", "undefined", "None")
REAL_LOOKALIKES = ("guests", "00", "-10", "null1", "n / a", "\u00a0guest", "no-one")
UNUSABLE_EMAILS = ("a@@b.test", "a@b@c.test", "@b.test", "a@", "a b@c.test", "a\tb@c.test", "none")


def _link(shop: Shop, account: str, email: str, system: str) -> None:
    """Add a row of any table that links an account with an email."""
    columns = Identity(system, account, email).columns()
    table = shop.pick(("customers", "orders", "email_events", "consent_events"))
    if table == "customers":
        # A second customers row of one account would only be an older version of it.
        known = [row for row in shop.rows["customers"] if row["customer_id"] == account]
        table = "orders" if known else table
    if table == "customers":
        shop.customer(**columns)
    elif table == "orders":
        shop.order(**columns, status=shop.pick(("completed", "pending", "cancelled")))
    elif table == "email_events":
        shop.email_event(shop.days.ago(9), "delivered", **columns)
    else:
        shop.consent(shop.days.ago(9), "granted", **columns, channel=shop.pick(("email", "sms")))


def _chain(shop: Shop, accounts: int, system: str) -> None:
    """Link that many accounts to each other by an email between each two of them."""
    names = [shop.new_id("chain") for _ in range(accounts)]
    for left, right in pairwise(names):
        email = f"{left}@chain.test"
        _link(shop, left, email, system)
        _link(shop, right, email, system)


def chains_over_accounts_and_emails(shop: Shop) -> None:
    """Add chains of a few accounts, each with links in several tables."""
    for length in (2, 3, shop.random.randint(4, 9)):
        _chain(shop, length, shop.system())


def persons_at_the_account_limit(shop: Shop) -> None:
    """Add a component with as many accounts as one person may have, and one with one more."""
    for length in (shop.profile.max_accounts_per_person, shop.profile.max_accounts_per_person + 1):
        _chain(shop, length, shop.system())


def emails_at_the_account_guard(shop: Shop) -> None:
    """Add an email linked with as many accounts as it may be, and one with one more."""
    limit = shop.profile.max_accounts_per_email
    for count in (limit, limit + 1):
        system, email = shop.system(), f"{shop.new_id('household')}@mail.test"
        for _ in range(count):
            _link(shop, shop.new_id("c"), email, system)
        shop.order(source_system=system, email=email)


def accounts_at_the_email_guard(shop: Shop) -> None:
    """Add an account linked with as many emails as it may be, and a till with one more."""
    limit = shop.profile.max_emails_per_account
    for count in (limit, limit + 1):
        system, account = shop.system(), shop.new_id("till")
        for _ in range(count):
            email = f"{shop.new_id('buyer')}@mail.test"
            shop.order(source_system=system, customer_id=account, email=email)
        shop.order(source_system=system, customer_id=account)
        shop.event(shop.days.ago(4), "page_view", source_system=system, customer_id=account)


def guards_that_meet(shop: Shop) -> None:
    """Add a till whose account counts towards an email's guard although its links are cut."""
    system, till = shop.system(), shop.new_id("till")
    email = f"{shop.new_id('meeting')}@mail.test"
    for _ in range(shop.profile.max_emails_per_account):
        other = f"{shop.new_id('buyer')}@mail.test"
        shop.order(source_system=system, customer_id=till, email=other)
    shop.order(source_system=system, customer_id=till, email=email)
    for _ in range(shop.profile.max_accounts_per_email):
        _link(shop, shop.new_id("c"), email, system)


def placeholders_for_accounts(shop: Shop) -> None:
    """Add rows of ids that stand for no account, each with addresses of its own, and without."""
    system = shop.system()
    for placeholder in shop.random.sample(PLACEHOLDERS, 4):
        email = f"{shop.new_id('guest')}@mail.test"
        shop.customer(
            source_system=system,
            customer_id=placeholder,
            email=email,
            created_at=shop.days.ago(700),
            accepts_marketing=shop.pick((True, False, None)),
        )
        shop.consent(
            shop.days.ago(8),
            shop.pick(("granted", "withdrawn")),
            source_system=system,
            customer_id=placeholder,
            channel=shop.pick(("email", "sms")),
        )
        for buyer in (email, f"{shop.new_id('buyer')}@mail.test", "a@@b.test", None):
            columns = Identity(system, placeholder, buyer, shop.new_id("v")).visitor_columns()
            shop.order(**columns)
            shop.event(shop.days.ago(5), "view_item", **columns)
            shop.email_event(shop.days.ago(4), "clicked", **Identity(system, None, buyer).columns())
            shop.survey(shop.days.ago(3), "csat", **{**columns, "anonymous_id": None}, score="8")
            shop.event(shop.days.ago(2), "share", **{**columns, "anonymous_id": None})


def addresses_for_accounts(shop: Shop) -> None:
    """Add accounts whose ids are addresses or hold an `@`, in several spellings of one."""
    for system in shop.profile.systems:
        account = f"{shop.new_id('Mara')}@Mail.test"
        shop.person(system, customer_id=account, email=None, created_at=shop.days.ago(90))
        shop.person(system, customer_id=account.upper(), email=shop.pick((account, None)))
        for spelling in (account, f" {account.lower()}\t"):
            columns = Identity(system, spelling, None, shop.new_id("v")).visitor_columns()
            shop.order(**columns)
            shop.event(shop.days.ago(3), "view_item", **columns)
            shop.event(shop.days.ago(2), "share", **{**columns, "anonymous_id": None})
        for odd in ("@", f"team@{shop.new_id('desk')}", f"{shop.new_id('wide')}＠mail.test"):
            email = shop.pick((None, f"{shop.new_id('odd')}@mail.test"))
            shop.order(source_system=system, customer_id=odd, email=email)


def ids_that_look_like_placeholders(shop: Shop) -> None:
    """Add accounts whose ids only resemble a placeholder, and are as good as any."""
    system = shop.system()
    for account in REAL_LOOKALIKES:
        email = f"{shop.new_id('real')}@mail.test"
        shop.person(system, customer_id=account, email=email)
        shop.order(source_system=system, customer_id=account)


def placeholder_beside_a_full_address(shop: Shop) -> None:
    """Add an address with as many accounts as it may have, and a placeholder that is none."""
    system, email = shop.system(), f"{shop.new_id('household')}@mail.test"
    for _ in range(shop.profile.max_accounts_per_email):
        _link(shop, shop.new_id("c"), email, system)
    shop.order(source_system=system, customer_id=shop.pick(PLACEHOLDERS), email=email)


def guest_who_registers(shop: Shop) -> None:
    """Add a guest order, and a later account of the same address."""
    system, email = shop.system(), f"{shop.new_id('guest')}@mail.test"
    shop.order(source_system=system, email=email, ordered_at=shop.days.ago(40))
    shop.person(system, email=email.upper(), created_at=shop.days.ago(20))


def guests_without_account(shop: Shop) -> None:
    """Add guests with one order, with two, and one who only answered a survey."""
    system, email = shop.system(), f"{shop.new_id('guest')}@mail.test"
    shop.order(source_system=system, email=email)
    shop.order(source_system=system, email=f" {email.title()}\n")
    shop.survey(shop.days.ago(3), "nps", email=f"{shop.new_id('voice')}@mail.test", score="9")


def same_ids_in_two_systems(shop: Shop) -> None:
    """Add the same customer_id, order_id and event_id in each source system, of other people."""
    for system in shop.profile.systems:
        shop.person(system, customer_id="1", email=f"one@{len(system)}.test")
        order = shop.order(source_system=system, customer_id="1", order_id="1")
        shop.line(order)
        shop.refund(order, refund_id="1")
        shop.event(
            shop.days.ago(2), "view_item", source_system=system, event_id="1", anonymous_id="1"
        )
        shop.survey(
            shop.days.ago(2), "csat", source_system=system, response_id="1", customer_id="1"
        )


def systems_joined_by_email(shop: Shop) -> None:
    """Add one address with an account in each source system: an email knows no system."""
    email = f"{shop.new_id('everywhere')}@mail.test"
    for system in shop.profile.systems:
        shop.person(system, email=email, created_at=shop.days.ago(100))


def separators_in_ids(shop: Shop) -> None:
    """Add ids with colons, bars, blanks and quotes, which joined carelessly would be equal."""
    for account in ("a|b", "a:b", " 7 ", "07", "7", 'q"uote', "x,y", "guest:0123456789abcdef"):
        system = shop.system()
        shop.person(system, customer_id=account, email=f"{shop.new_id('id')}@mail.test")
        shop.order(source_system=system, customer_id=account, order_id=f"{account}|{system}")
    shop.person("a", customer_id="b|c", email=None)
    shop.person("a|b", customer_id="c", email=None)


def addresses_written_badly(shop: Shop) -> None:
    """Add one address in several spellings, and texts that are no address."""
    system = shop.system()
    email = f"{shop.new_id('anna')}@mail.test"
    for spelling in (f"  {email.upper()} ", f"\t{email}\r\n", email.title()):
        shop.person(system, email=spelling)
    for unusable in UNUSABLE_EMAILS:
        shop.person(system, email=unusable)
        shop.order(source_system=system, email=unusable)


def shared_addresses(shop: Shop) -> None:
    """Add addresses that the shop itself uses, which link nobody, in whatever case."""
    for email in ("info@shop.example", " INFO@shop.example", "NoReply@Shop.Example"):
        shop.person(email=email)
    shop.order(source_system=shop.system(), email="info@shop.example")
    shop.email_event(shop.days.ago(5), "bounced", email="noreply@shop.example")


def typed_addresses_link_nobody(shop: Shop) -> None:
    """Add events and surveys that carry one person's account and another's email."""
    system = shop.system()
    first, second = shop.person(system), shop.person(system)
    foreign = Identity(system, first.account, second.email)
    shop.event(shop.days.ago(8), "sign_up", **foreign.columns())
    shop.survey(shop.days.ago(8), "csat", **foreign.columns(), score="5")


def orders_for_testing_prove_nothing(shop: Shop) -> None:
    """Add test orders that would link people, own an anonymous_id, or be somebody's only row."""
    system = shop.system()
    first, second = shop.person(system), shop.person(system)
    linking = Identity(system, first.account, second.email, shop.new_id("v"))
    shop.order(**linking.visitor_columns(), is_test=True)
    shop.event(shop.days.ago(3), "page_view", source_system=system, anonymous_id=linking.anonymous)
    shop.order(source_system=system, email=f"{shop.new_id('tester')}@mail.test", is_test=True)
    shop.order(**first.columns(), is_test=True, status="pending")


def links_that_do_not_count(shop: Shop) -> None:
    """Add two people linked only by a row at as_of, after it, or rejected."""
    system = shop.system()
    for at in (shop.days.end, shop.days.end + MICROSECOND, shop.days.end + timedelta(days=3)):
        first, second = shop.person(system), shop.person(system)
        shop.order(source_system=system, customer_id=first.account, email=second.email)
        shop.rows["orders"][-1]["ordered_at"] = shop.written(at)
    first, second = shop.person(system), shop.person(system)
    linking = Identity(system, first.account, second.email).columns()
    shop.order(**linking, currency="XXX")
    shop.order(**linking, status="paid")
    shop.order(**linking, subtotal_amount="abc")


def link_just_before_as_of(shop: Shop) -> None:
    """Add two people linked by a row one microsecond before as_of."""
    first, second = shop.person(), shop.person()
    shop.consent(
        shop.days.end - MICROSECOND,
        "granted",
        source_system=first.system,
        customer_id=first.account,
        email=second.email,
    )


def accounts_that_tie(shop: Shop) -> None:
    """Add a person whose accounts were created at the same instant, or without a date."""
    for created_at in (shop.days.ago(50), None):
        email = f"{shop.new_id('tie')}@mail.test"
        for account in ("z", "Z", "é", "10", "9"):
            identifier = account + shop.new_id("tie")
            shop.person(customer_id=identifier, email=email, created_at=created_at)


def account_without_customers_row(shop: Shop) -> None:
    """Add a person of two accounts, one of which is known from orders alone."""
    system = shop.system()
    known = shop.person(system, created_at=None)
    shop.order(source_system=system, customer_id="!" + shop.new_id("c"), email=known.email)


def customers_of_the_future(shop: Shop) -> None:
    """Add accounts created at as_of, after it, and just before it."""
    for at in (shop.days.end, shop.days.end + timedelta(hours=2), shop.days.end - MICROSECOND):
        shop.person(created_at=at)
    late = shop.person(created_at=shop.days.end + timedelta(days=1))
    shop.order(**late.columns(), ordered_at=shop.days.ago(10))


def tablet_of_one(shop: Shop) -> None:
    """Add anonymous rows of a visitor who is identified once, before or after them."""
    person = shop.person()
    shop.event(shop.days.ago(9), "view_item", **person.visitor_columns())
    anonymous = Identity(person.system, anonymous=person.anonymous).visitor_columns()
    shop.event(shop.days.ago(12), "add_to_cart", **anonymous)
    shop.event(shop.days.ago(2), "share", **anonymous)
    shop.order(**anonymous)


def tablet_of_two(shop: Shop) -> None:
    """Add anonymous rows of a tablet that two persons share, which belong to nobody."""
    system = shop.system()
    first, second = shop.person(system), shop.person(system)
    shop.event(shop.days.ago(9), "login", **first.visitor_columns())
    shop.order(source_system=system, customer_id=second.account, anonymous_id=first.anonymous)
    shop.event(shop.days.ago(8), "view_item", source_system=system, anonymous_id=first.anonymous)
    shop.order(source_system=system, anonymous_id=first.anonymous)


def tablet_of_one_person_with_two_accounts(shop: Shop) -> None:
    """Add a tablet whose two accounts are the same person by an email elsewhere."""
    first = shop.person()
    second = shop.person(first.system, email=first.email)
    for account in (first.account, second.account):
        shop.event(
            shop.days.ago(6),
            "login",
            source_system=first.system,
            customer_id=account,
            anonymous_id=first.anonymous,
        )
    shop.event(shop.days.ago(5), "share", source_system=first.system, anonymous_id=first.anonymous)


def tablet_of_two_by_time(shop: Shop) -> None:
    """Add a tablet whose second person shows only at as_of: the first one still owns it."""
    system = shop.system()
    first, second = shop.person(system), shop.person(system)
    shop.event(shop.days.ago(9), "login", **first.visitor_columns())
    shop.event(
        shop.days.end,
        "login",
        source_system=system,
        customer_id=second.account,
        anonymous_id=first.anonymous,
    )
    shop.event(shop.days.ago(1), "share", source_system=system, anonymous_id=first.anonymous)


def tablet_of_nobody(shop: Shop) -> None:
    """Add anonymous rows that nobody is ever identified in, one id in each system."""
    visitor = shop.new_id("v")
    for system in shop.profile.systems:
        shop.event(shop.days.ago(1), "view_item", source_system=system, anonymous_id=visitor)
        shop.order(source_system=system, anonymous_id=visitor)
    shop.person()
    shop.order(source_system=shop.system(), anonymous_id=visitor, email="a@@b.test")


def newest_version_changes_the_email(shop: Shop) -> None:
    """Add an account whose older version carries another person's address."""
    person, other = shop.person(), shop.person()
    shop.customer(**{**person.columns(), "email": other.email}, updated_at=None, created_at=None)
    shop.customer(**person.columns(), updated_at=shop.days.ago(3), created_at=shop.days.ago(300))


TRICKS = (
    chains_over_accounts_and_emails,
    persons_at_the_account_limit,
    emails_at_the_account_guard,
    accounts_at_the_email_guard,
    guards_that_meet,
    placeholders_for_accounts,
    addresses_for_accounts,
    ids_that_look_like_placeholders,
    placeholder_beside_a_full_address,
    guest_who_registers,
    guests_without_account,
    same_ids_in_two_systems,
    systems_joined_by_email,
    separators_in_ids,
    addresses_written_badly,
    shared_addresses,
    typed_addresses_link_nobody,
    orders_for_testing_prove_nothing,
    links_that_do_not_count,
    link_just_before_as_of,
    accounts_that_tie,
    account_without_customers_row,
    customers_of_the_future,
    tablet_of_one,
    tablet_of_two,
    tablet_of_one_person_with_two_accounts,
    tablet_of_two_by_time,
    tablet_of_nobody,
    newest_version_changes_the_email,
)
