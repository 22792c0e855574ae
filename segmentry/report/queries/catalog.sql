-- What each segment means, and what is done with it.
-- key: segment
select
    catalog.segment,
    catalog.label,
    catalog.family,
    catalog.description as meaning,
    views.comment as rule,
    catalog.owner,
    catalog.typical_use,
    catalog.destinations,
    catalog.exclusive_group,
    catalog.is_valued,
    catalog.is_sensitive,
    definitions.defined_on
from segment_catalog as catalog
left join duckdb_views() as views
    on views.view_name = 'segment_' || catalog.segment
    and views.database_name = current_database()
left join segment_definitions as definitions on catalog.segment = definitions.segment
order by catalog.segment
