{#- The id of a person without an account: a salted digest of an email address. -#}
{% macro guest_id(email, salt) -%}
    'guest:' || substring(md5({{ sql_text(salt) }} || {{ email }}), 1, 16)
{%- endmacro %}
