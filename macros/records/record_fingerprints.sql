{#-
    Runs after every build: notes in the table `model_fingerprints` by which definition each model and
    seed was built, and when. A partial build changes the rows of what it built.

    `command_line_variables` are the vars that were given with --vars, the day of the build aside.
-#}
{% macro record_fingerprints(results) %}
    {%- set built = [] -%}
    {%- for result in results if result.status == 'success' -%}
        {%- do built.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- if built and is_recorded() -%}
        {%- set given = {} -%}
        {%- for name, value in invocation_args_dict.get('vars', {}).items() if name != 'as_of' -%}
            {%- do given.update({name: value.isoformat() if value.isoformat is defined else value}) -%}
        {%- endfor -%}
        {%- set names = [] -%}
        {%- set rows = [] -%}
        {%- for unique_id, definition in model_fingerprints().items() if unique_id in built -%}
            {%- do names.append(sql_text(definition.name)) -%}
            {%- do rows.append('(' ~ [
                sql_text(definition.name),
                sql_text(definition.fingerprint),
                sql_text(definition.lineage_fingerprint),
                sql_text(tojson(definition.variables, sort_keys=true)),
                sql_text(tojson(given, sort_keys=true)),
                "cast('" ~ run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f') ~ "' as timestamp)",
            ] | join(', ') ~ ')') -%}
        {%- endfor -%}
        {%- if rows -%}
            {%- set relation = record_relation('model_fingerprints') -%}
            {%- do run_query(
                'create table if not exists ' ~ relation ~ ' (model_name varchar, '
                ~ 'fingerprint varchar, lineage_fingerprint varchar, variables varchar, '
                ~ 'command_line_variables varchar, built_at timestamp)'
            ) -%}
            {%- do run_query(
                'delete from ' ~ relation ~ ' where model_name in (' ~ names | join(', ') ~ ')'
            ) -%}
            {%- do run_query('insert into ' ~ relation ~ ' values ' ~ rows | join(', ')) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
