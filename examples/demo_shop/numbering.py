"""Ids in the order of time, for the rows that get theirs last."""

from dataclasses import replace

from examples.demo_shop.records import RawShop
from examples.demo_shop.seasons import END


def number_rows(shop: RawShop) -> None:
    """Sort the rows by time, and give ids to those that have none yet."""
    shop.orders.sort(key=lambda order: (order.ordered_at, order.status != "pending"))
    shop.customers.sort(key=lambda customer: customer.created_at or END)
    shop.events[:] = [
        replace(event, event_id=f"e{number:06d}")
        for number, event in enumerate(
            sorted(shop.events, key=lambda event: event.occurred_at), start=1
        )
    ]
    shop.email_events[:] = [
        replace(event, event_id=f"m{number:05d}")
        for number, event in enumerate(
            sorted(shop.email_events, key=lambda event: event.occurred_at), start=1
        )
    ]
    shop.surveys[:] = [
        replace(survey, response_id=f"r{number:04d}")
        for number, survey in enumerate(
            sorted(shop.surveys, key=lambda survey: survey.responded_at), start=1
        )
    ]
    shop.refunds[:] = [
        replace(refund, refund_id=f"f{number:04d}")
        for number, refund in enumerate(
            sorted(shop.refunds, key=lambda refund: refund.refunded_at), start=1
        )
    ]
    shop.consent_events[:] = [
        replace(event, consent_id=f"k{number:04d}")
        for number, event in enumerate(
            sorted(shop.consent_events, key=lambda event: event.occurred_at), start=1
        )
    ]
