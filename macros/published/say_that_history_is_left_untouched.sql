{#- After `int_history_base` is built: says when the build is of an earlier day than the history. -#}
{% macro say_that_history_is_left_untouched(history_base) %}
    {%- if execute -%}
        {%- set query = 'select current_build_id from ' ~ history_base ~ ' where is_earlier_day' -%}
        {%- for row in run_query(query).rows -%}
            {%- do log(
                'The published version ' ~ row[0] ~ ' knows of later days than this build: '
                ~ 'segment_history is left as it is there.',
                info=true
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
