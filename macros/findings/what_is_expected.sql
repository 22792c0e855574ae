{#- What a data test expects, in words that follow `expected`. -#}
{% macro what_is_expected(node) %}
    {%- if not node.test_metadata -%}
        {#- A singular test begins with a sentence that says what holds. -#}
        {%- set comments = modules.re.findall('(?m)^-- (.*)$', node.raw_code) -%}
        {{ return('"' ~ (comments | join(' ')).rstrip('.') ~ '"') }}
    {%- endif -%}
    {%- set kind = node.test_metadata.name -%}
    {%- set arguments = node.test_metadata.kwargs -%}
    {%- set columns = arguments.columns or [arguments.column_name] -%}
    {%- set table = (node.attached_node or 'the table').split('.')[-1] -%}
    {%- if kind in ['not_null', 'never_null'] -%}
        {{ return(columns | join(', ') ~ ' in every row of ' ~ table) }}
    {%- elif kind in ['unique', 'unique_combination'] -%}
        {{ return('one row per ' ~ columns | join(', ') ~ ' in ' ~ table) }}
    {%- elif kind == 'accepted_values' -%}
        {{ return(
            columns[0] ~ ' of ' ~ table ~ ' to be one of ' ~ arguments['values'] | join(', ')
        ) }}
    {%- elif kind == 'relationships' -%}
        {{ return('every ' ~ columns[0] ~ ' of ' ~ table ~ ' in ' ~ arguments.to) }}
    {%- elif kind == 'combination_is_in' -%}
        {{ return('every ' ~ columns | join(', ') ~ ' of ' ~ table ~ ' in ' ~ arguments.to) }}
    {%- elif kind == 'within_range' -%}
        {{ return(
            columns | join(', ') ~ ' of ' ~ table ~ ' from '
            ~ (arguments.minimum if arguments.minimum is not none else 'any') ~ ' to '
            ~ (arguments.maximum if arguments.maximum is not none else 'any')
        ) }}
    {%- elif kind == 'of_the_day' -%}
        {{ return('as_of_date of ' ~ table ~ ' to be the day of the build') }}
    {%- elif kind == 'before_as_of' -%}
        {{ return(columns | join(', ') ~ ' of ' ~ table ~ ' before the instant of the build') }}
    {%- else -%}
        {{ return(kind ~ ' of ' ~ columns | join(', ') ~ ' in ' ~ table) }}
    {%- endif -%}
{% endmacro %}
