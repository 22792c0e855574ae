{#-
    The var `as_of` as a dict: `date` (the end of that day in the shop's time zone) or `timestamp`
    (UTC), the other none. Unset, it is the start of the run, or the demo's last day when no raw folder,
    raw schema or connector is named.
-#}
{% macro as_of_setting(value, demo_as_of) %}
    {%- if value is none or value == '' -%}
        {%- set own_tables = env_var('SEGMENTRY_RAW_DIR', '') or env_var('SEGMENTRY_RAW_SCHEMA', '') -%}
        {%- set is_demo = not own_tables and not is_connected() -%}
        {%- set value = demo_as_of if is_demo else run_started_at -%}
    {%- endif -%}
    {%- if value is string -%}
        {%- set written = modules.re.fullmatch(
            '(?!0000)([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
            ~ '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?'
            ~ '(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?)?',
            value
        ) -%}
        {%- if written -%}
            {%- set month = modules.datetime.date(written[1] | int, written[2] | int, 1) -%}
            {%- set day = month + modules.datetime.timedelta(days=written[3] | int - 1) -%}
            {%- if day.month == month.month -%}
                {%- set value = modules.datetime.datetime.fromisoformat(value) if written[4] else day -%}
            {%- endif -%}
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
