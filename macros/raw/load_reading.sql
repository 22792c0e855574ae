{#-
    Asks a function of the package `segmentry.reading` what raw tables hold, has the SQL run that it gives,
    and says what it has to say. Nothing is touched when it finds them wanting: the run stops with its
    words after `refused`.
-#}
{% macro load_reading(question, refused) %}
    {%- set reading = fromjson(run_query('select ' ~ question).columns[0].values()[0]) -%}
    {%- if reading.error -%}
        {%- do exceptions.raise_compiler_error(refused ~ reading.error ~ '.') -%}
    {%- endif -%}
    {%- for message in reading.messages -%}
        {%- do log(message, info=true) -%}
    {%- endfor -%}
    {%- for statement in reading.statements -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{% endmacro %}
