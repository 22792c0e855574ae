with

files as (
    select * from {{ ref('base_raw_files') }}
    where table_name = 'events'
),

exceptions as (
    select
        file_path,
        count(*) as exception_count,
        {{ digest_of_rows(
            ['source_system', 'event_id', 'place_in_file', 'reject_reason', 'copies']
        ) }} as exceptions_digest
    from {{ ref('base_event_exceptions') }}
    group by file_path
),

-- Of rows that are equal only one is an exception, and they may stand in several files.
repeats as (
    select
        file_path,
        count(*) as repeat_count,
        {{ digest_of_rows(['key_hash', 'place_in_file']) }} as repeats_digest
    from {{ ref('base_event_repeats') }}
    group by file_path
)

select
    files.file_path,
    files.row_count,
    files.file_version || ', ' || coalesce(exceptions.exception_count, 0) || ' exceptions '
    || coalesce(exceptions.exceptions_digest, '') || ', '
    || coalesce(repeats.repeat_count, 0) || ' repeats '
    || coalesce(repeats.repeats_digest, '') as file_version
from files
left join exceptions on files.file_path = exceptions.file_path
left join repeats on files.file_path = repeats.file_path
