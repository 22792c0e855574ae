with

pairs as (
    select * from {{ ref('int_likeness_pairs') }}
),

traits as (
    select * from {{ ref('int_person_traits') }}
),

address_slips as (
    select * from {{ ref('int_address_slips') }}
),

-- Of what both have, whether any is the same; an initial is as good as the first name.
compared as (
    select
        pairs.person_id,
        pairs.other_person_id,
        traits.trait,
        max(case
            when traits.value = others.value
                or (
                    traits.trait = 'first_name'
                    and 1 in (length(traits.value), length(others.value))
                    and substring(traits.value, 1, 1) = substring(others.value, 1, 1)
                )
                then 1
            else 0
        end) = 1 as is_same
    from pairs
    inner join traits on pairs.person_id = traits.person_id
    inner join traits as others
        on pairs.other_person_id = others.person_id
        and traits.trait = others.trait
    group by pairs.person_id, pairs.other_person_id, traits.trait
),

likenesses as (
    select
        person_id,
        other_person_id,
        {%- for trait in [
            'mailbox', 'phone', 'birth_date', 'name', 'postal_code', 'local_part', 'city'
        ] %}
        coalesce({{ dbt.bool_or("trait = '" ~ trait ~ "' and is_same") }}, false)
            as has_same_{{ trait }},
        {%- endfor %}
        {{ dbt.bool_or("trait = 'first_name' and not is_same") }} as has_other_first_name,
        {{ dbt.bool_or("trait = 'birth_date' and not is_same") }} as has_other_birth_date
    from compared
    group by person_id, other_person_id
)

-- What follows from stronger evidence is none of its own.
select
    likenesses.person_id,
    likenesses.other_person_id,
    likenesses.has_same_mailbox,
    address_slips.person_id is not null and not likenesses.has_same_mailbox as has_near_address,
    likenesses.has_same_local_part
    and not likenesses.has_same_mailbox
    and address_slips.person_id is null as has_same_local_part,
    likenesses.has_same_phone,
    likenesses.has_same_name,
    likenesses.has_same_birth_date,
    likenesses.has_same_postal_code,
    likenesses.has_same_city and not likenesses.has_same_postal_code as has_same_city,
    likenesses.has_other_first_name,
    likenesses.has_other_birth_date
from likenesses
left join address_slips
    on likenesses.person_id = address_slips.person_id
    and likenesses.other_person_id = address_slips.other_person_id
