{#- What the YAML of one raw table says of it that decides how its rows are read, as a dict. -#}
{% macro contract_of(source) %}
    {%- set columns = [] -%}
    {%- for column in source.columns.values() -%}
        {%- set meta = column.config.meta or {} -%}
        {%- do columns.append({
            'name': column.name,
            'type': column.data_type,
            'is_required': meta.get('required', false),
            'is_key': meta.get('key', false),
            'is_positive': meta.get('positive', false),
            'is_not_negative': meta.get('not_negative', false),
            'is_shown': meta.get('shown', false),
            'is_currency': meta.get('currency', false),
            'unreadable': meta.get('unreadable', 'null'),
            'accepted_values': meta.get('accepted_values', []),
        }) -%}
    {%- endfor -%}
    {{ return({
        'name': source.name,
        'is_required': source.config.meta.get('required', false),
        'own_timestamp': source.config.meta.get('own_timestamp'),
        'fills': source.config.meta.get('fills'),
        'stand_in': source.config.meta.get('stand_in'),
        'files': source.config.meta.get('files'),
        'any_prefix': source.config.meta.get('any_prefix', false),
        'columns': columns,
    }) }}
{% endmacro %}
