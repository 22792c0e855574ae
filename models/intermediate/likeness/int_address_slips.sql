{%- set max_block = var('identity_suggestions_max_block') -%}
with

addresses as (
    select * from {{ ref('int_person_addresses') }}
    where length(local_part) >= {{ var('identity_suggestions_min_local_part') }}
),

domain_slips as (
    select
        domain,
        {{ slips_of('domain') }} as slip
    from addresses
    group by domain
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
        address_id,
        {{ slips_of('local_part', 'domain') }} as slip
    from addresses
),

shared_slips as (
    select slip
    from slips
    group by slip
    having count(*) between 2 and {{ max_block }}
),

slips_of_few as (
    select slips.*
    from slips
    inner join shared_slips on slips.slip = shared_slips.slip
),

near_addresses as (
    select
        addresses.person_id,
        others.person_id as other_person_id
    from slips_of_few
    inner join slips_of_few as other_slips on slips_of_few.slip = other_slips.slip
    inner join addresses on slips_of_few.address_id = addresses.address_id
    inner join addresses as others on other_slips.address_id = others.address_id
    where
        addresses.domain = others.domain
        and {{ edit_distance('addresses.local_part', 'others.local_part') }} = 1

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
