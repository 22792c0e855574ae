{#-
    Materializes what is computed of each raw file by itself as a table that keeps it: only files that
    are new or changed since are computed again, and what is gone goes. The model reads a table of files
    (config `files`: the name of a model with `file_path`, `file_version` and `row_count`), holds the
    condition `of_these_files(column)` and selects `file_path`.

    The versions that the rows were computed from are kept beside them (`<model>__files`), in the same
    transaction. With another definition of the model or of anything above it, or with --full-refresh, all
    is computed anew. Files are taken in batches, so that memory does not grow with their number.
-#}
{% materialization by_file, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set states = this.incorporate(path={'identifier': this.identifier ~ '__files'}, type='table') -%}
    {%- set states_exist = load_cached_relation(states) is not none -%}
    {%- set definition = lineage_fingerprint(model.unique_id, {}) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set is_kept = existing_relation is not none and existing_relation.is_table
        and states_exist and not should_full_refresh() -%}
    {%- if existing_relation is not none and not existing_relation.is_table -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- set known_states = run_query(
        'select file_path, file_version from ' ~ states
        ~ ' where definition = ' ~ sql_text(definition)
    ) if is_kept else [] -%}
    {%- set known = {} -%}
    {%- for state in known_states -%}
        {%- do known.update({state[0]: state[1]}) -%}
    {%- endfor -%}

    {%- set versions = {} -%}
    {%- set batches = [] -%}
    {%- set left = namespace(row_count=0) -%}
    {%- for file in run_query(
        'select file_path, file_version, row_count from ' ~ ref(config.require('files'))
        ~ ' order by file_path'
    ) -%}
        {%- do versions.update({file[0]: file[1]}) -%}
        {%- if known.get(file[0]) != file[1] -%}
            {%- if left.row_count <= 0 -%}
                {%- do batches.append([]) -%}
                {%- set left.row_count = config.get('batch_rows', 8000000) -%}
            {%- endif -%}
            {%- do batches[-1].append(file[0]) -%}
            {%- set left.row_count = left.row_count - file[2] -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set changed = batches | sum(start=[]) -%}
    {%- set gone = known.keys() | reject('in', versions) | list -%}

    {%- if known -%}
        {%- call statement('main') -%}
            delete from {{ target_relation }} where file_path in {{ sql_list(changed + gone + ['']) }}
        {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%}
            create or replace table {{ target_relation }} as
            select * from ({{ sql_of_files(compiled_code, ['']) }}) as no_file
        {%- endcall -%}
    {%- endif -%}
    {%- for files in batches -%}
        {%- do run_query(
            'insert into ' ~ target_relation ~ ' ' ~ sql_of_files(compiled_code, files)
        ) -%}
    {%- endfor -%}

    {%- do run_query(
        'create or replace table ' ~ states ~ ' as select ' ~ sql_text(definition) ~ ' as definition, '
        ~ 'file_path, file_version from ' ~ ref(config.require('files'))
    ) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
