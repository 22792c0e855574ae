-- Segments that the catalog calls valued have values, and the others have none.
with

memberships as (
    select * from {{ ref('segment_memberships') }}
),

catalog as (
    select * from {{ ref('segment_catalog') }}
)

select
    catalog.segment,
    catalog.is_valued,
    count(*) as row_count
from memberships
inner join catalog on memberships.segment = catalog.segment
where catalog.is_valued <> (memberships.segment_value <> '')
group by catalog.segment, catalog.is_valued
