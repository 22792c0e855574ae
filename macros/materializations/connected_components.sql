{#-
    Materializes the connected components of a graph: the model's select gives one row per edge
    (`node_a`, `node_b`, both bigint), the table has one row per node (`node_id`, `component_id`, the
    smallest node id that can be reached).

    Each round hooks every label onto its smallest neighbour, jumps along the hooks until they point at
    roots, and keeps only the edges between different roots. A round more than halves a chain, so a
    chain of 10,000 links takes a handful of rounds.
-#}
{% materialization connected_components, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set names = {} -%}
    {%- for name in ['edges', 'labels', 'hooks', 'next'] -%}
        {%- do names.update({name: this.identifier ~ '__' ~ name}) -%}
    {%- endfor -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do run_query(create_temp_table(names.edges,
        'select distinct least(node_a, node_b) as node_a, greatest(node_a, node_b) as node_b from ('
        ~ compiled_code ~ ') as graph where node_a is not null and node_b is not null'
    )) -%}
    {%- do run_query(create_temp_table(names.labels,
        'select node_a as node_id, node_a as label from ' ~ names.edges
        ~ ' union select node_b, node_b from ' ~ names.edges
    )) -%}

    {%- set progress = namespace(edges_left=true, hooks_moved=true) -%}
    {%- for _ in range(64) if progress.edges_left -%}
        {%- do run_query(create_temp_table(names.hooks,
            'select node, least(node, min(neighbour)) as parent from ('
            ~ 'select node_a as node, node_b as neighbour from ' ~ names.edges
            ~ ' union all select node_b, node_a from ' ~ names.edges
            ~ ') as neighbours group by node'
        )) -%}
        {%- set progress.hooks_moved = true -%}
        {%- for _ in range(64) if progress.hooks_moved -%}
            {%- do run_query(create_temp_table(names.next,
                'select hooks.node, parents.parent, hooks.parent <> parents.parent as has_moved from '
                ~ names.hooks ~ ' as hooks inner join ' ~ names.hooks
                ~ ' as parents on hooks.parent = parents.node'
            )) -%}
            {%- set progress.hooks_moved = run_query(
                'select count(*) from ' ~ names.next ~ ' where has_moved'
            ).columns[0].values()[0] > 0 -%}
            {%- do run_query(create_temp_table(names.hooks,
                'select node, parent from ' ~ names.next
            )) -%}
        {%- endfor -%}
        {%- do run_query(create_temp_table(names.next,
            'select labels.node_id, coalesce(hooks.parent, labels.label) as label from '
            ~ names.labels ~ ' as labels left join ' ~ names.hooks
            ~ ' as hooks on labels.label = hooks.node'
        )) -%}
        {%- do run_query(create_temp_table(names.labels, 'select * from ' ~ names.next)) -%}
        {%- do run_query(create_temp_table(names.next,
            'select distinct least(ends_a.parent, ends_b.parent) as node_a, '
            ~ 'greatest(ends_a.parent, ends_b.parent) as node_b from ' ~ names.edges
            ~ ' as edges inner join ' ~ names.hooks ~ ' as ends_a on edges.node_a = ends_a.node '
            ~ 'inner join ' ~ names.hooks ~ ' as ends_b on edges.node_b = ends_b.node '
            ~ 'where ends_a.parent <> ends_b.parent'
        )) -%}
        {%- do run_query(create_temp_table(names.edges, 'select * from ' ~ names.next)) -%}
        {%- set progress.edges_left = run_query(
            'select count(*) from ' ~ names.edges
        ).columns[0].values()[0] > 0 -%}
    {%- endfor -%}
    {%- if progress.edges_left -%}
        {%- do exceptions.raise_compiler_error('The components of ' ~ this ~ ' did not settle.') -%}
    {%- endif -%}

    {%- if existing_relation is not none and not existing_relation.is_table -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        create or replace table {{ target_relation }} as
        select node_id, label as component_id from {{ names.labels }}
    {%- endcall -%}
    {%- for name in names.values() -%}
        {%- do run_query('drop table if exists ' ~ name) -%}
    {%- endfor -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
