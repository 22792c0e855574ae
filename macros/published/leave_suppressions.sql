{#-
    Runs after every build whose consent models and their tests passed, published or not: leaves the
    addresses that must not be written to beside the published versions, where every sync subtracts
    them.
-#}
{% macro leave_suppressions(results) %}
    {%- if is_recorded() and target.type == 'duckdb' and consents_passed(results) -%}
        {%- set published = published_folder(
            env_var('SEGMENTRY_PUBLISHED_DIR', ''),
            env_var('SEGMENTRY_WAREHOUSE', ''),
            invocation_args_dict.project_dir
        ) -%}
        {%- set written = run_query(
            "select path from duckdb_databases() where database_name = current_database()"
        ).rows[0][0] ~ '.suppressions' -%}
        {%- set models = 'model.' ~ project_name ~ '.' -%}
        {%- set consents = graph.nodes[models ~ 'email_consents'].relation_name -%}
        {%- set days = graph.nodes[models ~ 'int_as_of'].relation_name -%}
        {%- do run_query(
            "copy (select consents.email, coalesce(consents.suppressed_by, 'not subscribed') as reason, "
            ~ "days.as_of_date from " ~ consents ~ " as consents cross join " ~ days
            ~ " as days where not consents.is_subscribed) to " ~ sql_text(written)
            ~ " (format parquet)"
        ) -%}
        {%- set kept = run_query(
            'select leave_suppressions(' ~ sql_text(written) ~ ', ' ~ sql_text(published) ~ ')'
        ).rows[0][0] -%}
        {%- do log(kept, info=true) if kept -%}
    {%- endif -%}
{% endmacro %}
