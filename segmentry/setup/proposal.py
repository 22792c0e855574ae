"""A first mapping of files that no connector knows: by names, types and the values in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import duckdb

from segmentry.reading import sql
from segmentry.setup.places import FoundTable, Place

# What columns are called, most telling first, without what stands between their words.
NAMES: Mapping[str, Sequence[str]] = {
    "order_id": (
        "orderid", "orderno", "ordernumber", "ordernr", "invoiceno", "invoiceid", "invoice",
        "transactionid", "receiptid", "receiptno", "basketid", "bestellnummer", "bestellnr",
        "commande", "pedido", "order",
    ),
    "ordered_at": (
        "orderedat", "orderpurchasetimestamp", "orderdate", "orderdatetime", "ordertime",
        "purchasedat", "purchasedate",
        "invoicedate", "transactiondate", "createdat", "created", "datetime", "timestamp",
        "bestelldatum", "datum", "fecha", "date", "time",
    ),
    "customer_id": (
        "customerid", "customerno", "customernumber", "clientid", "userid", "memberid",
        "buyerid", "kundennummer", "kundenid", "customer", "client",
    ),
    "email": ("email", "customeremail", "mail", "emailaddress", "buyeremail", "contactemail"),
    "status": ("orderstatus", "status", "state", "orderstate", "financialstatus"),
    "currency": ("currency", "currencycode", "ordercurrency", "waehrung", "devise"),
    "subtotal_amount": (
        "subtotal", "subtotalamount", "netamount", "ordertotal", "totalamount", "amount",
        "ordervalue", "revenue", "total", "grandtotal", "sales", "betrag", "umsatz",
    ),
    "discount_amount": ("discountamount", "discount", "rabatt", "totaldiscount"),
    "shipping_amount": ("shippingamount", "shipping", "shippingcost", "freight", "delivery"),
    "tax_amount": ("taxamount", "tax", "vat", "salestax"),
    "coupon_code": ("couponcode", "coupon", "vouchercode", "promocode", "discountcode"),
    "payment_method": ("paymentmethod", "paymenttype", "payment"),
    "country_code": ("countrycode", "country", "shippingcountry", "billingcountry", "land"),
    "city": ("city", "shippingcity", "town", "stadt"),
    "postal_code": ("postalcode", "postcode", "zip", "zipcode", "plz"),
    "product_id": (
        "productid", "sku", "stockcode", "itemid", "articleno", "articleid", "artikelnummer",
        "productcode", "variantsku", "item", "product",
    ),
    "product_name": ("productname", "itemname", "description", "title", "articlename"),
    "quantity": ("quantity", "qty", "units", "pieces", "menge", "anzahl"),
    "unit_price": ("unitprice", "price", "itemprice", "preis", "priceperunit"),
    "category": ("category", "productcategory", "producttype", "department", "kategorie"),
    "brand": ("brand", "vendor", "manufacturer", "marke"),
    "first_name": ("firstname", "givenname", "vorname"),
    "last_name": ("lastname", "surname", "familyname", "nachname"),
    "accepts_marketing": ("acceptsmarketing", "newsletter", "optin", "marketingconsent"),
    "created_at": ("createdat", "signupdate", "registeredat", "created", "since"),
}  # fmt: skip
# How a day and a time may be written; ISO 8601 needs no format.
DAYS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+ ?(Z|[+-][0-9:]+)?)?"
COMPLETED = ("paid", "complete", "shipped", "deliver", "fulfill", "closed", "done", "success")
CANCELLED = ("cancel", "void", "fail", "declin", "refus", "return", "expired")
PENDING = ("pending", "open", "process", "await", "hold", "new", "created")
LEAST_SHARE, HALF = 0.95, 0.5


@dataclass
class Proposal:
    """A mapping to read and change.

    Attributes:
        text: SQL; empty when no file looks like orders.
        edits: what only the shop can know, a sentence each.
        fills: the tables of the raw contract that it makes.
    """

    text: str = ""
    edits: list[str] = field(default_factory=list)
    fills: list[str] = field(default_factory=list)


def propose(place: Place, tables: Sequence[FoundTable], currency: str) -> Proposal:
    """Return a mapping of the tables of a place to the raw contract.

    Orders are the table that names orders, days and amounts best; where an order has several rows
    it is a table of lines, and orders are their sums. Customers and products are those that name
    them without an order.

    Args:
        place: where the tables are.
        tables: the tables that no connector knows.
        currency: the currency of orders that name none.
    """
    looked = [_Look(place, table) for table in tables]
    proposal = Proposal()
    orders = max(
        (look for look in looked if look.has("order_id", "ordered_at")),
        key=lambda look: len(look.found),
        default=None,
    )
    if orders is None:
        return proposal
    lines = orders if orders.is_of_lines else None
    for look in looked:
        if look is not orders and look.has("order_id", "product_id"):
            lines = look
    parts = [_orders(orders, lines, proposal, currency)]
    proposal.fills.append("orders")
    if lines is not None and lines.has("product_id"):
        parts.append(_lines(lines))
        proposal.fills.append("order_lines")
    for look in looked:
        if look is orders or look is lines or look.has("order_id"):
            continue
        if look.has("customer_id") or look.has("email"):
            parts.append(_plain(look, "customers", CUSTOMER_COLUMNS))
            proposal.fills.append("customers")
            break
    products = [look for look in looked if look.has("product_id") and not look.has("order_id")]
    if products:
        parts.append(_plain(products[0], "products", PRODUCT_COLUMNS))
        proposal.fills.append("products")
    elif lines is not None and lines.has("product_id"):
        parts.append(_products_of_lines(lines))
        proposal.fills.append("products")
    proposal.text = HEAD + "".join(parts)
    return proposal


HEAD = """-- What the columns of the files beside this one mean: one view a table of the contract.
-- Columns are text as they stand in the files; names with blanks stand in double quotes.
"""
CUSTOMER_COLUMNS = (
    "customer_id", "email", "first_name", "last_name", "created_at", "country_code", "city",
    "postal_code", "accepts_marketing",
)  # fmt: skip
PRODUCT_COLUMNS = ("product_id", "product_name", "brand", "category", "unit_price")
LINE_PRODUCT_COLUMNS = ("product_name", "brand", "category")
ORDER_COLUMNS = (
    "customer_id", "email", "coupon_code", "payment_method", "country_code", "city", "postal_code",
)  # fmt: skip


class _Look:
    """A table of files, and which of its columns mean what."""

    def __init__(self, place: Place, table: FoundTable) -> None:
        self.place, self.table = place, table
        self.found: dict[str, str] = {}
        plain = {re.sub("[^a-z0-9]", "", name): name for name in reversed(table.columns)}
        taken: set[str] = set()
        for meaning, names in NAMES.items():
            for name in names:
                column = plain.get(name)
                if column and column not in taken and self._may_be(column, meaning):
                    self.found[meaning] = column
                    taken.add(column)
                    break
        for column in table.columns:
            if "email" not in self.found and column not in taken and self._holds_addresses(column):
                self.found["email"] = column

    def has(self, *meanings: str) -> bool:
        """Tell whether there is a column for each meaning."""
        return all(meaning in self.found for meaning in meanings)

    @property
    def is_of_lines(self) -> bool:
        """Whether an order has more than one row."""
        column = self.name("order_id")
        return bool(self._one(f"count({column}) > count(distinct {column})"))

    def name(self, meaning: str) -> str:
        """Return the column of a meaning, as SQL."""
        return named(self.found[meaning])

    def distinct(self, meaning: str) -> list[str]:
        """Return the values of a column, most frequent first."""
        column = self.name(meaning)
        rows = self.place.ask(
            self.table,
            f"select cast({column} as varchar) from rows where {column} is not null "
            f"group by 1 order by count(*) desc, 1 limit 30",
        )
        return [str(row[0]) for row in rows]

    def share(self, column: str, condition: str) -> float:
        """Return the share of a column's values for which a condition on `value` holds."""
        answer = self._one(
            f"avg(case when {condition} then 1.0 else 0.0 end) filter (where value <> '')",
            f"select cast({sql.name(column)} as varchar) as value from rows",
        )
        return float(answer) if isinstance(answer, float) else 0.0

    def _one(self, expression: str, rows: str = "from rows") -> object:
        answers = self.place.ask(self.table, f"select {expression} from ({rows}) as rows")
        return answers[0][0] if answers else None

    def _may_be(self, column: str, meaning: str) -> bool:
        if meaning in ("ordered_at", "created_at"):
            return self.time(column) is not None
        if meaning in ("quantity", "unit_price") or meaning.endswith("_amount"):
            return self.share(column, NUMBER) >= LEAST_SHARE
        if meaning == "email":
            return self._holds_addresses(column)
        if meaning == "currency":
            return (
                self.share(column, "regexp_full_match(trim(value), '[A-Za-z]{3}')") >= LEAST_SHARE
            )
        if meaning == "country_code":
            return (
                self.share(column, "regexp_full_match(trim(value), '[A-Za-z]{2}')") >= LEAST_SHARE
            )
        return True

    def _holds_addresses(self, column: str) -> bool:
        return self.share(column, "value like '%_@_%._%'") >= LEAST_SHARE

    def time(self, column: str) -> str | None:
        """Return the expression that reads a column's times; None when it holds none."""
        name = named(column)
        if self.share(column, f"regexp_full_match(trim(value), '{ISO}')") >= LEAST_SHARE:
            return name
        for day in DAYS:
            for clock in TIMES:
                written = day + clock
                if (
                    self.share(column, f"try_strptime(value, '{written}') is not null")
                    >= LEAST_SHARE
                ):
                    return f"strptime({name}, '{written}')"
        return None

    def number(self, meaning: str) -> str:
        """Return the expression that reads a column's numbers: with a decimal comma, or a point."""
        column = self.found[meaning]
        name = named(column)
        if self.share(column, "regexp_full_match(trim(value), '-?[0-9]+([.][0-9]+)?')") == 1:
            return f"cast({name} as decimal(18, 2))"
        with_comma = self.share(column, "regexp_full_match(trim(value), '-?[0-9.]*,[0-9]{1,2}')")
        if with_comma > HALF:
            return f"cast(replace(replace({name}, '.', ''), ',', '.') as decimal(18, 2))"
        return f"cast(replace({name}, ',', '') as decimal(18, 2))"


NUMBER = "regexp_full_match(trim(value), '-?[0-9]{1,3}([., ]?[0-9]{3})*([.,][0-9]+)?')"


def _orders(look: _Look, lines: _Look | None, proposal: Proposal, currency: str) -> str:
    is_summed = look.is_of_lines
    columns = [f"{look.name('order_id')} as order_id"]
    time = look.time(look.found["ordered_at"])
    columns.append(f"{_of_order(str(time), is_summed, 'min')} as ordered_at")
    for meaning in ORDER_COLUMNS:
        if look.has(meaning):
            columns.append(f"{_of_order(look.name(meaning), is_summed)} as {meaning}")
    columns.append(_status(look, proposal, is_summed))
    if look.has("currency"):
        columns.append(f"{_of_order(look.name('currency'), is_summed)} as currency")
    else:
        proposal.edits.append(f"No column names a currency: `{currency}` is a guess.")
        columns.append(f"{sql.text(currency)} as currency")
    if lines is look and look.has("unit_price"):
        columns.append(f"sum({_worth(look)}) as subtotal_amount")
    elif lines is not None and lines.has("unit_price"):
        table = named(lines.table.name)
        columns.append(
            f"coalesce((\n        select sum({_worth(lines)})\n        from {table} as lines\n"
            f"        where lines.{lines.name('order_id')} = orders.{look.name('order_id')}\n"
            "    ), 0) as subtotal_amount"
        )
    elif look.has("subtotal_amount"):
        amount = _of_order(look.number("subtotal_amount"), is_summed, "sum")
        columns.append(f"{amount} as subtotal_amount")
    else:
        proposal.edits.append("No column holds an amount: say what an order is worth.")
        columns.append("0 as subtotal_amount")
    for meaning in ("discount_amount", "shipping_amount", "tax_amount"):
        if look.has(meaning):
            function = "sum" if meaning == "discount_amount" else "max"
            columns.append(f"{_of_order(look.number(meaning), is_summed, function)} as {meaning}")
    conditions = f"where {look.name('order_id')} <> ''"
    grouped = f"\ngroup by {look.name('order_id')}" if is_summed else ""
    return _view("orders", columns, look, conditions + grouped, "orders")


def named(value: str) -> str:
    """Return a name as SQL, in quotes where it needs them."""
    is_plain = re.fullmatch("[a-z_][a-z0-9_]*", value) and value not in reserved_words()
    return value if is_plain else sql.name(value)


@cache
def reserved_words() -> frozenset[str]:
    """Return the words that DuckDB takes for no name."""
    rows = duckdb.sql(
        "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    ).fetchall()
    return frozenset(row[0] for row in rows)


def _worth(look: _Look) -> str:
    price = look.number("unit_price")
    return f"{look.number('quantity')} * {price}" if look.has("quantity") else price


def _of_order(expression: str, is_summed: bool, function: str = "max") -> str:
    return f"{function}({expression})" if is_summed else expression


def _status(look: _Look, proposal: Proposal, is_summed: bool) -> str:
    if not look.has("status"):
        return "'completed' as status"
    branches: list[str] = []
    unclear: list[str] = []
    for value in look.distinct("status"):
        word = value.lower()
        kinds = (("cancelled", CANCELLED), ("pending", PENDING), ("completed", COMPLETED))
        kind = next((kind for kind, parts in kinds if any(p in word for p in parts)), None)
        if kind is None or (kind == "pending" and any(p in word for p in COMPLETED)):
            kind = "completed"
            unclear += [] if any(p in word for p in COMPLETED) else [value]
        branches.append(f"        when {sql.text(value)} then '{kind}'")
    if unclear:
        proposal.edits.append(f"Taken for completed orders: status {', '.join(unclear)}.")
    column = _of_order(look.name("status"), is_summed)
    return (
        f"case {column}\n" + "\n".join(branches) + "\n        else 'completed'\n    end as status"
    )


def _lines(look: _Look) -> str:
    order = look.name("order_id")
    columns = [
        f"{order} as order_id",
        f"row_number() over (partition by {order}) as line_number",
    ]
    if look.has("product_id"):
        columns.append(f"{look.name('product_id')} as product_id")
    columns.append(f"{look.name('quantity') if look.has('quantity') else '1'} as quantity")
    if look.has("unit_price"):
        columns.append(f"{look.number('unit_price')} as unit_price")
    return _view("order_lines", columns, look, f"where {order} <> ''")


def _plain(look: _Look, table: str, meanings: Sequence[str]) -> str:
    columns: list[str] = []
    for meaning in meanings:
        if look.has(meaning):
            value = look.name(meaning)
            if meaning == "created_at":
                value = look.time(look.found[meaning]) or value
            elif meaning == "unit_price":
                value = look.number(meaning)
            columns.append(f"{value} as {meaning}")
    if table == "customers" and not look.has("customer_id"):
        columns.insert(0, f"{look.name('email')} as customer_id")
    return _view(table, columns, look, "")


def _products_of_lines(look: _Look) -> str:
    product = look.name("product_id")
    columns = [f"{product} as product_id"] + [
        f"max({look.name(meaning)}) as {meaning}"
        for meaning in LINE_PRODUCT_COLUMNS
        if look.has(meaning)
    ]
    return _view("products", columns, look, f"where {product} <> ''\ngroup by {product}")


def _view(table: str, columns: Sequence[str], look: _Look, tail: str, alias: str = "") -> str:
    selected = ",\n    ".join(columns)
    ending = f"\n{tail}" if tail else ""
    return (
        f"\ncreate view {table} as\nselect\n    {selected}\n"
        f"from {named(look.table.name)}{f' as {alias}' if alias else ''}{ending};\n"
    )
