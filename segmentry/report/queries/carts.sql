-- Sessions of the last 90 days that filled a cart, and carts that were abandoned.
-- key: visitor_kind
with

kinds as (
    select
        visitor_kind,
        session_count_last_90_days as session_count,
        cart_count_last_90_days as cart_count,
        cart_count_last_90_days - abandoned_cart_count_last_90_days as completed_cart_count,
        abandoned_cart_count_last_90_days as abandoned_cart_count,
        add_to_cart_rate,
        cart_abandonment_rate
    from cart_metrics

    union all

    select
        'all',
        session_count_last_90_days,
        cart_count_last_90_days,
        cart_count_last_90_days - abandoned_cart_count_last_90_days,
        abandoned_cart_count_last_90_days,
        add_to_cart_rate,
        cart_abandonment_rate
    from segment_metrics
    where segment = '' and session_count_last_90_days > 0
)

select * from kinds
order by array_position(['new', 'returning', 'registered', 'all'], visitor_kind)
