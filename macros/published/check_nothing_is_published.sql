{#-
    Stops a build that would begin the history anew though there is one: versions are there and none is
    current, or the folder is empty and the warehouse was published before. A single version without
    a log is a first publish that was cut short before it became the current one.
-#}
{% macro check_nothing_is_published(published) %}
    {%- set found = run_query(
        "select count(case when file like '%/manifest.json' then 1 end) as version_count, "
        ~ "count(case when file like '%/log.jsonl' then 1 end) as log_count from glob(["
        ~ as_path(published ~ '/versions/') ~ " || '*/manifest.json', "
        ~ as_path(published ~ '/log.jsonl') ~ "]) where not contains(file, '/versions/.')"
    ).rows[0] -%}
    {%- if found['version_count'] + found['log_count'] > 1 -%}
        {%- do exceptions.raise_compiler_error(
            published ~ '/current points to no version that can be read, so the history that it held '
            ~ 'would be lost. Make one current with `make roll-back BUILD=...`; '
            ~ '`python -m segmentry versions` lists them.'
        ) -%}
    {%- endif -%}
    {%- set own_versions = adapter.get_relation(target.database, 'published', 'own_versions') -%}
    {%- if own_versions and not found['version_count'] -%}
        {%- set latest = run_query('select max(build_id) from ' ~ own_versions).rows[0][0] -%}
        {%- do exceptions.raise_compiler_error(
            published ~ ' holds no version, and this warehouse was published as ' ~ latest
            ~ ': its history would begin anew. Bring the folder back, or set SEGMENTRY_PUBLISHED_DIR '
            ~ 'to where it is. If nothing of it is needed, remove the warehouse and build again.'
        ) -%}
    {%- endif -%}
{% endmacro %}
