{#-
    The var `as_of` as a dict: `date` (the end of that day in the shop's time zone) or `timestamp`
    (UTC), the other none. Unset, it is the start of the run, or the demo's last day when no raw
    folder is named.
-#}
{% macro as_of_setting(value, demo_as_of) %}
    {%- if value is none or value == '' -%}
        {%- set value = run_started_at if env_var('SEGMENTRY_RAW_DIR', '') else demo_as_of -%}
    {%- endif -%}
    {%- if value is string -%}
        {%- if modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', value) -%}
            {%- set value = modules.datetime.date.fromisoformat(value) -%}
        {%- elif modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?', value) -%}
            {%- set value = modules.datetime.datetime.fromisoformat(value) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if value.hour is defined -%}
        {%- set value = value.astimezone(modules.pytz.utc) if value.tzinfo else value -%}
        {{ return({'date': none, 'timestamp': value.strftime('%Y-%m-%d %H:%M:%S.%f')}) }}
    {%- elif value.year is defined -%}
        {{ return({'date': value.isoformat(), 'timestamp': none}) }}
    {%- else -%}
        {%- do exceptions.raise_compiler_error(
            'The var as_of is `' ~ value ~ '`: expected a date (2026-06-30) or a UTC timestamp '
            ~ '(2026-06-30T18:00:00).'
        ) -%}
    {%- endif -%}
{% endmacro %}
