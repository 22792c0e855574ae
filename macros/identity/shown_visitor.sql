{#-
    The visitor of a row with `visitor_type` and `visitor_id` as it is shown: a salted digest of an address,
    and of an account that may be one.
-#}
{% macro shown_visitor(row, salt) -%}
    case {{ row }}.visitor_type
        when 'email' then {{ guest_id(row ~ '.visitor_id', salt) }}
        when 'account' then {{ shown_account(row ~ '.visitor_id', salt) }}
        else {{ row }}.visitor_id
    end
{%- endmacro %}
