{#- The id of an account as it is shown: a salted digest of one that may be an email address. -#}
{% macro shown_account(account_id, salt) -%}
    case
        when {{ holds_at_sign(account_id) }}
            then 'account:' || substring(md5({{ sql_text(salt) }} || {{ account_id }}), 1, 16)
        else {{ account_id }}
    end
{%- endmacro %}
