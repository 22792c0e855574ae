{#- A raw column as a boolean, null when it is none of the accepted words. -#}
{% macro read_boolean(column) -%}
    case
        when lower(cast({{ column }} as {{ api.Column.translate_type('string') }}))
            in ('true', 't', '1', 'yes') then true
        when lower(cast({{ column }} as {{ api.Column.translate_type('string') }}))
            in ('false', 'f', '0', 'no') then false
    end
{%- endmacro %}
