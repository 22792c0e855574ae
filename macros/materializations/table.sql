{#-
    Materializes a model as a table: the one before is dropped and the new one made in one transaction,
    so readers see the one or the other. dbt-duckdb's own makes it under another name and renames both,
    which for two hundred tables takes longer than to fill them.
-#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if existing_relation is not none and not existing_relation.is_table -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- if model.language == 'python' -%}
        {#- What Python returns can't take the name of what the same transaction drops. -#}
        {%- set written_relation = make_intermediate_relation(target_relation) -%}
        {%- do adapter.drop_relation(written_relation) -%}
        {%- do adapter.commit() -%}
        {%- call statement('main', language='python') -%}
            {{- create_table_as(False, written_relation, compiled_code, 'python') -}}
        {%- endcall -%}
        {%- call statement('replace') -%}
            drop table if exists {{ target_relation }};
            alter table {{ written_relation }} rename to {{ target_relation.identifier }}
        {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%}
            drop table if exists {{ target_relation }};
            {{ create_table_as(False, target_relation, compiled_code) }}
        {%- endcall -%}
    {%- endif -%}
    {%- do create_indexes(target_relation) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
