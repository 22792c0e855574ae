-- Every row with an account or email is attributed once: to the account's person, else the email's.
with

accounts as (
    select * from {{ ref('identity_map') }}
    where identifier_type = 'account'
),

emails as (
    select * from {{ ref('identity_map') }}
    where identifier_type = 'email'
),

-- Orders, answers, email events and visitors as staged, each with the persons it was attributed to.
attributions as (
    select
        'orders' as table_name, orders.source_system, orders.order_id as row_id,
        orders.account_id, orders.email,
        count(*) as row_count, min(attributed.customer_id) as customer_id
    from {{ ref('stg_orders') }} as orders
    inner join {{ ref('orders') }} as attributed
        on orders.source_system = attributed.source_system
        and orders.order_id = attributed.order_id
    group by orders.source_system, orders.order_id, orders.account_id, orders.email

    union all

    select
        'surveys' as table_name, surveys.source_system, surveys.response_id as row_id,
        surveys.account_id, surveys.email,
        count(*) as row_count, min(attributed.customer_id) as customer_id
    from {{ ref('stg_surveys') }} as surveys
    inner join {{ ref('int_survey_responses') }} as attributed
        on surveys.source_system = attributed.source_system
        and surveys.response_id = attributed.response_id
    group by surveys.source_system, surveys.response_id, surveys.account_id, surveys.email

    union all

    select
        'email_events' as table_name, email_events.source_system,
        email_events.event_id as row_id, email_events.account_id, email_events.email,
        count(*) as row_count, min(attributed.customer_id) as customer_id
    from {{ ref('stg_email_events') }} as email_events
    inner join {{ ref('int_email_events') }} as attributed
        on email_events.source_system = attributed.source_system
        and email_events.event_id = attributed.event_id
    group by
        email_events.source_system, email_events.event_id,
        email_events.account_id, email_events.email

    union all

    select
        'events' as table_name, source_system, anonymous_id as row_id, account_id, email,
        count(*) as row_count, min(customer_id) as customer_id
    from {{ ref('int_visitor_persons') }}
    group by source_system, anonymous_id, account_id, email
)

select
    attributions.table_name,
    attributions.source_system,
    attributions.row_id,
    attributions.row_count,
    attributions.customer_id,
    accounts.customer_id as account_customer_id,
    emails.customer_id as email_customer_id
from attributions
left join accounts
    on attributions.source_system = accounts.source_system
    and attributions.account_id = accounts.identifier
left join emails on attributions.email = emails.identifier
where
    attributions.row_count > 1
    or (
        coalesce(accounts.customer_id, emails.customer_id) is not null
        and coalesce(
            attributions.customer_id <> coalesce(accounts.customer_id, emails.customer_id), true
        )
    )
