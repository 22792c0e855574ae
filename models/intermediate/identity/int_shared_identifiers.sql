with

shared_accounts as (
    select * from {{ ref('shared_accounts') }}
),

shared_emails as (
    select * from {{ ref('shared_emails') }}
)

select
    'account' as identifier_type,
    {{ comparable_text('customer_id') }} as compared_identifier
from shared_accounts
where customer_id is not null

union

select
    'email' as identifier_type,
    {{ comparable_text('email') }} as compared_identifier
from shared_emails
where email is not null
