{#-
    An account or an address as messages may name it: of what holds an `@` the first letters, and how it
    ends, `a…@e….org`.
-#}
{% macro masked_identifier(identifier) -%}
    case
        when not {{ holds_at_sign(identifier) }} then {{ identifier }}
        else substring({{ identifier }}, 1, 1) || '…@'
            || substring({{ dbt.split_part(identifier, "'@'", 2) }}, 1, 1) || '…'
            || case
                when {{ dbt.split_part(identifier, "'@'", 2) }} like '%.%'
                    then '.' || {{ dbt.split_part(identifier, "'.'", -1) }}
                else ''
            end
    end
{%- endmacro %}
