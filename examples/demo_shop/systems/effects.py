"""What of the demo shop changes when its rows come from systems: facts and segments, and why."""

SHOWN_SYSTEMS = ("shopify", "klaviyo", "ga4")
_LANGUAGE = "Shopify tells no language"
_GENDER = "Shopify tells no gender"
_AGE = "Shopify tells no date of birth"
_GUESTS = (
    "what somebody did on the site who did not sign in there is nobody's: Google is sent no "
    "address, and Shopify's orders do not name the browser"
)
_CARTS = f"{_GUESTS}; and an abandoned checkout fills the cart anew"

FACTS = {
    "language": _LANGUAGE,
    "gender": _GENDER,
    "age_years": _AGE,
    "last_add_to_cart_at": _CARTS,
    "days_since_last_add_to_cart": _CARTS,
    **dict.fromkeys(
        (
            "first_seen_at",
            "last_session_at",
            "session_count",
            "sessions_last_30_days",
            "sessions_last_90_days",
            "minutes_on_site_last_30_days",
            "longest_session_minutes_last_30_days",
            "product_view_count",
            "product_views_last_30_days",
            "products_viewed_last_30_days",
            "products_viewed_last_365_days",
            "last_product_view_at",
            "last_viewed_product_id",
            "last_checkout_at",
            "days_since_last_checkout",
            "last_purchase_event_at",
            "lead_count",
            "last_activity_at",
            "days_since_last_activity",
        ),
        _GUESTS,
    ),
}
SEGMENTS = {
    "languages": _LANGUAGE,
    "age_bands": _AGE,
    "gender_age_bands": "Shopify tells neither gender nor date of birth",
    "added_to_cart": _CARTS,
    **dict.fromkeys(
        (
            "brand_fans",
            "browsers",
            "category_browsers",
            "curious_browsers",
            "devices",
            "engaged_browsers",
            "idle_visitors",
            "journey_stages",
            "origins",
            "product_focused_shoppers",
            "registered_browsers",
            "returning_visitors",
        ),
        _GUESTS,
    ),
}
