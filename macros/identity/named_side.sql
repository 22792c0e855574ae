{#- One side of a row of the seed `identity_links`, as messages name it. -#}
{% macro named_side(source_system, account_id, email) -%}
    case
        when {{ account_id }} is null and {{ email }} is null then 'nothing'
        when {{ account_id }} is null then {{ masked_identifier(email) }}
        else {{ written_id(
            'coalesce(' ~ source_system ~ ", '')", masked_identifier(account_id)
        ) }}
    end
{%- endmacro %}
