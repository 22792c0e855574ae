{#- Stops the run with a clear error when a setting can't be used. -#}
{% macro check_settings() %}
    {%- set timezone = var('shop_timezone') -%}
    {%- if not is_known_timezone(timezone) -%}
        {%- do exceptions.raise_compiler_error(
            'The var shop_timezone is `' ~ timezone ~ '`: expected an IANA name such as Europe/Paris.'
        ) -%}
    {%- endif -%}
    {%- do as_of_setting(var('as_of', none), var('demo_as_of')) -%}
    {%- if not env_var('SEGMENTRY_ID_SALT', '') -%}
        {%- do log(
            'SEGMENTRY_ID_SALT is not set: the ids of guests can be guessed from their email address.',
            info=true
        ) -%}
    {%- endif -%}
{% endmacro %}
