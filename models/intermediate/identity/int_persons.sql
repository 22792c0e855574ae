{%- set salt = env_var('SEGMENTRY_ID_SALT', '') -%}
with

nodes as (
    select
        *,
        {{ written_id('source_system', shown_account('identifier', salt)) }} as written_id
    from {{ ref('int_identified_nodes') }}
),

customers as (
    select customers.*
    from {{ ref('stg_customers') }} as customers
    cross join {{ ref('int_as_of') }} as as_of
    where customers.created_at is null or customers.created_at < as_of.as_of
),

ranked_accounts as (
    select
        nodes.person_id,
        nodes.source_system,
        nodes.identifier as account_id,
        nodes.written_id as customer_id,
        count(*) over (partition by nodes.person_id) as account_count,
        row_number() over (
            partition by nodes.person_id
            order by
                customers.created_at asc nulls last,
                nodes.written_id asc,
                nodes.source_system asc
        ) as account_rank
    from nodes
    left join customers
        on nodes.source_system = customers.source_system
        and nodes.identifier = customers.account_id
    where nodes.identifier_type = 'account'
),

guests as (
    select
        person_id,
        {{ guest_id('min(identifier)', salt) }} as customer_id
    from nodes
    group by person_id
    having count(case when identifier_type = 'account' then 1 end) = 0
)

select
    person_id,
    customer_id,
    source_system,
    account_id,
    account_count
from ranked_accounts
where account_rank = 1

union all

select
    person_id,
    customer_id,
    null as source_system,
    null as account_id,
    0 as account_count
from guests
