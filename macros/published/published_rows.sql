{#-
    A select of one table's rows from some published versions, with the `build_id` of each. The
    sources' YAML declares its columns and the file of a version that holds it; the table without a
    file tells of the versions themselves. A version that was published before the table existed, as
    its manifest tells, has no rows in it; a column with `meta: {is_later: true}` is null where the
    version's file has none.
-#}
{% macro published_rows(table, versions) %}
    {%- set file = table.config.meta.get('file') -%}
    {%- set selects = [] -%}
    {%- for version in versions or [none] -%}
        {%- set is_older_than_table =
            version and file and version.tables is mapping and table.name not in version.tables -%}
        {%- set columns = [] -%}
        {%- for column in table.columns.values() -%}
            {%- if version is none or is_older_than_table -%}
                {%- set value = 'null' -%}
            {%- elif column.config.meta.get('is_later') and not has_column(version, file, column.name) -%}
                {%- set value = 'null' -%}
            {%- elif column.name != 'build_id' and file -%}
                {%- set value = column.name -%}
            {%- elif version[column.name] is none -%}
                {%- set value = 'null' -%}
            {%- else -%}
                {%- set value = sql_text(version[column.name] | string) -%}
            {%- endif -%}
            {%- do columns.append(
                'cast(' ~ value ~ ' as ' ~ column.data_type ~ ') as ' ~ column.name
            ) -%}
        {%- endfor -%}
        {%- set rows = 'select ' ~ columns | join(', ') -%}
        {%- if version is none or is_older_than_table -%}
            {%- do selects.append(rows ~ ' where false') -%}
        {%- elif file -%}
            {%- do check_file_is_there(version, file) -%}
            {%- do selects.append(
                rows ~ ' from read_parquet(' ~ as_path(version.folder ~ '/' ~ file) ~ ')'
            ) -%}
        {%- else -%}
            {%- do selects.append(rows) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(selects | join(' union all ')) }}
{% endmacro %}
