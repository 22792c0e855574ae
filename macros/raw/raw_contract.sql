{#- The raw contract, read from the sources' YAML: a list of tables, each with its columns in order. -#}
{% macro raw_contract() %}
    {%- set tables = [] -%}
    {%- for source in graph.sources.values() if source.source_name == 'raw' -%}
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
        {%- do tables.append({
            'name': source.name,
            'is_required': source.config.meta.get('required', false),
            'own_timestamp': source.config.meta.get('own_timestamp'),
            'columns': columns,
        }) -%}
    {%- endfor -%}
    {{ return(tables) }}
{% endmacro %}
