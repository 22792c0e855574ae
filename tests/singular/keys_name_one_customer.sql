{{ config(severity='warn') }}
-- Warns of raw tables in which versions of one key name different customers.
select
    table_name,
    key_count,
    sample_keys,
    key_count || ' keys of ' || table_name || ' stand for different customers ('
    || sample_keys || '), and only the latest row counts: two systems that share ids need a '
    || 'source_system each' as finding
from {{ ref('key_collisions') }}
