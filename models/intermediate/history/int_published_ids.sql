with

base as (
    select * from {{ ref('int_history_base') }}
),

written_ids as (
    select * from {{ ref('int_written_ids') }}
),

renamings as (
    select * from {{ ref('stg_published_customer_merges') }}
),

published_ids as (
    select build_id, customer_id as published_id, customer_id as published_as, 1 as told_by
    from {{ ref('stg_published_customers') }}

    union all

    select build_id, former_customer_id as published_id, customer_id as published_as, 2 as told_by
    from renamings

    union all

    -- Whoever is gone from the data is known by the stays alone.
    select build_id, customer_id as published_id, customer_id as published_as, 3 as told_by
    from {{ ref('stg_published_segment_history') }}
    group by build_id, customer_id
),

ids_by_version as (
    select
        published_ids.*,
        case when published_ids.build_id = base.build_id then 1 else 2 end as version_rank
    from published_ids
    inner join base
        on published_ids.build_id = base.build_id
        or published_ids.build_id = base.current_build_id
),

ranked_ids as (
    select
        *,
        row_number() over (
            partition by published_id
            order by version_rank asc, build_id asc, told_by asc
        ) as id_rank
    from ids_by_version
)

select
    ids.published_id,
    case when ids.version_rank = 1 then ids.published_as end as published_as,
    -- An id whose account or email is gone goes where it went before, by the same link.
    coalesce(current_ids.customer_id, targets.customer_id) as customer_id,
    coalesce(current_ids.linked_in, renamings.linked_in) as linked_in,
    coalesce(current_ids.linked_at, renamings.linked_at) as linked_at,
    coalesce(current_ids.link_source_system, renamings.link_source_system) as link_source_system,
    coalesce(current_ids.link_account_id, renamings.link_account_id) as link_account_id,
    coalesce(current_ids.link_email, renamings.link_email) as link_email
from ranked_ids as ids
left join written_ids as current_ids on ids.published_id = current_ids.written_id
left join written_ids as targets on ids.published_as = targets.written_id
left join renamings
    on ids.build_id = renamings.build_id
    and case when current_ids.written_id is null then ids.published_id end
    = renamings.former_customer_id
where ids.id_rank = 1
