{#-
    Stops the run with one error when a required table or column is missing, and names in one line
    what is optional and not there.
-#}
{% macro check_raw_files(folder, tables, files) %}
    {%- set problems = [] -%}
    {%- set absences = [] -%}
    {%- for table in tables -%}
        {%- if not files[table.name] -%}
            {%- if table.is_required -%}
                {%- do problems.append('table `' ~ table.name ~ '` is missing') -%}
            {%- else -%}
                {%- do absences.append(table.name) -%}
            {%- endif -%}
        {%- endif -%}
        {%- for file in files[table.name] -%}
            {%- for column in table.columns if column.name not in file.columns -%}
                {%- if column.is_required -%}
                    {%- do problems.append(
                        'table `' ~ table.name ~ '` lacks the required column `' ~ column.name
                        ~ '` in ' ~ file.path
                    ) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- for column in table.columns if file.columns.count(column.name) > 1 -%}
                {%- do problems.append(
                    'table `' ~ table.name ~ '` has the column `' ~ column.name ~ '` twice in '
                    ~ file.path
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set present = files[table.name] | map(attribute='columns') | sum(start=[]) -%}
        {%- for column in table.columns if files[table.name] and column.name not in present -%}
            {%- do absences.append(table.name ~ '.' ~ column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if problems -%}
        {%- do exceptions.raise_compiler_error(
            'The raw folder `' ~ folder ~ '` can not be read: ' ~ problems | join('; ') ~ '.'
        ) -%}
    {%- endif -%}
    {%- if absences -%}
        {%- do log('Not in ' ~ folder ~ ', taken as empty: ' ~ absences | join(', '), info=true) -%}
    {%- endif -%}
{% endmacro %}
