{{ config(severity='warn', meta={'stops_publishing': true}) }}
-- Warns of ids that hardly anybody knows in their own source system, and most in another one: such
-- a mapping joins nothing, and is not published.
select
    table_name,
    column_name,
    source_system,
    id_count,
    known_share,
    best_other_source_system,
    best_other_share,
    {{ percentage('known_share') }} || ' of the ids in ' || table_name || '.' || column_name
    || ' are known in their source system `' || source_system || '`, '
    || {{ percentage('best_other_share') }} || ' would be in `' || best_other_source_system
    || '`: map both tables to one source_system' as finding
from {{ ref('id_matches') }}
where
    id_count >= {{ var('id_matches_min_ids') }}
    and known_share < {{ var('id_matches_min_known_share') }}
    and best_other_share > {{ var('id_matches_min_other_share') }}
