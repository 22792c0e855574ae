{#-
    Runs after every build: notes in the table `public_columns` what others may read, one row per column
    of a public model or seed, in which published database it goes, and what its documentation says.

    A public model goes to the database for BI unless its `meta: {published_in: contacts}` says
    otherwise, or `published_in: null` that it goes nowhere; a seed goes where its meta says.
-#}
{% macro record_public_columns() %}
    {%- if is_recorded() -%}
        {%- set rows = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] -%}
            {%- set by_default = 'bi' if node.access == 'public' else none -%}
            {%- set published_in = node.config.meta.get('published_in', by_default) -%}
            {%- for column in node.columns.values() if published_in -%}
                {%- do rows.append('(' ~ [
                    sql_text(node.name),
                    sql_text(published_in),
                    sql_text(with_values((node.description or '') | trim)),
                    sql_text(column.name),
                    loop.index,
                    sql_text(with_values((column.description or '') | trim)),
                ] | join(', ') ~ ')') -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set relation = record_relation('public_columns') -%}
        {%- do run_query(
            'create or replace table ' ~ relation ~ ' (table_name varchar, published_in varchar, '
            ~ 'table_description varchar, column_name varchar, column_position bigint, '
            ~ 'column_description varchar)'
        ) -%}
        {%- if rows -%}
            {%- do run_query('insert into ' ~ relation ~ ' values ' ~ rows | join(', ')) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
