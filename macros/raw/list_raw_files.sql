{#-
    The files of each raw table below a folder: a dict of table name to a list of files, each with
    its path, its format (`csv` or `parquet`) and its column names in lower case.
-#}
{% macro list_raw_files(folder, tables) %}
    {%- set files = {} -%}
    {%- for table in tables -%}
        {%- set base = folder.rstrip('/') ~ '/' ~ table.name -%}
        {%- set patterns = [] -%}
        {%- for suffix in ['parquet', 'csv', 'csv.gz'] -%}
            {%- do patterns.append(sql_text(base ~ '.' ~ suffix)) -%}
            {%- do patterns.append(sql_text(base ~ '/**/*.' ~ suffix)) -%}
        {%- endfor -%}
        {%- set found = run_query(
            'select distinct file from glob([' ~ patterns | join(', ') ~ ']) order by file'
        ).columns[0].values() -%}
        {%- do files.update({table.name: []}) -%}
        {%- for path in found -%}
            {%- set format = 'parquet' if path.endswith('.parquet') else 'csv' -%}
            {%- if format == 'parquet' -%}
                {%- set query -%}
                    select string_agg(lower(column_name), chr(31))
                    from (describe select * from read_parquet({{ sql_text(path) }}))
                {%- endset -%}
            {%- else -%}
                {%- set query = 'select array_to_string(csv_header(' ~ sql_text(path) ~ '), chr(31))' -%}
            {%- endif -%}
            {%- set header = run_query(query).columns[0].values()[0] or '' -%}
            {%- do files[table.name].append(
                {'path': path, 'format': format, 'columns': header.split('\x1f')}
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(files) }}
{% endmacro %}
