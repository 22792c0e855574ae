{#- A number of up to 4 decimals without needless zeros, for a reason: `9`, `8.5`. -#}
{% macro plain_number(number) -%}
    trim(
        trailing '.' from trim(
            trailing '0' from cast(
                cast({{ number }} as decimal(38, 4)) as {{ api.Column.translate_type('string') }}
            )
        )
    )
{%- endmacro %}
