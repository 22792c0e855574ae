{%- set max_block = var('identity_suggestions_max_block') -%}
with

addresses as (
    select * from {{ ref('int_person_addresses') }}
    where length(local_part) >= {{ var('identity_suggestions_min_local_part') }}
),

domains as (
    select domain
    from addresses
    group by domain
),

domain_slips as (
    select
        domain,
        {{ slips_of('domain') }} as slip
    from domains
),

shared_domain_slips as (
    select slip
    from domain_slips
    group by slip
    having count(*) between 2 and {{ max_block }}
),

near_domains as (
    select
        domain_slips.domain,
        others.domain as other_domain
    from domain_slips
    inner join shared_domain_slips on domain_slips.slip = shared_domain_slips.slip
    inner join domain_slips as others on shared_domain_slips.slip = others.slip
    where {{ edit_distance('domain_slips.domain', 'others.domain') }} = 1
    group by domain_slips.domain, others.domain
),

slips as (
    select
        person_id,
        local_part,
        domain,
        {{ slips_of('local_part') }} as slip
    from addresses
),

shared_slips as (
    select
        slip,
        domain
    from slips
    group by slip, domain
    having count(*) between 2 and {{ max_block }}
),

near_addresses as (
    select
        slips.person_id,
        others.person_id as other_person_id
    from slips
    inner join shared_slips
        on slips.slip = shared_slips.slip
        and slips.domain = shared_slips.domain
    inner join slips as others
        on shared_slips.slip = others.slip
        and shared_slips.domain = others.domain
    where {{ edit_distance('slips.local_part', 'others.local_part') }} = 1

    union all

    select
        addresses.person_id,
        others.person_id as other_person_id
    from addresses
    inner join near_domains on addresses.domain = near_domains.domain
    inner join addresses as others
        on near_domains.other_domain = others.domain
        and addresses.local_part = others.local_part
)

select
    person_id,
    other_person_id
from near_addresses
where person_id < other_person_id
group by person_id, other_person_id
