{#-
    The published versions that a build may stand on: the current one and the one that the history
    of that one stands on, each a dict of `build_id`, `folder`, `as_of_date`, `based_on`, `is_current`
    and `tables`, by name those that it holds. What `current` points to is asked once, so that a publish
    in between can't mix two. Stops where the history that was published is lost or damaged.
-#}
{% macro history_versions(published) %}
    {%- set versions = [] -%}
    {%- set current = read_manifest(published ~ '/current') -%}
    {%- if current is none -%}
        {%- do check_nothing_is_published(published) -%}
    {%- else -%}
        {%- do versions.append(current) -%}
        {%- if current.based_on -%}
            {%- set base = read_manifest(published ~ '/versions/' ~ current.based_on) -%}
            {%- if base is none -%}
                {%- do exceptions.raise_compiler_error(
                    'The history of the published version ' ~ current.build_id ~ ' stands on '
                    ~ current.based_on ~ ', which is gone from ' ~ published
                    ~ '/versions: bring it back, or make another version current with `make '
                    ~ 'roll-back BUILD=...`; `python -m segmentry versions` lists them.'
                ) -%}
            {%- endif -%}
            {%- do versions.append(base) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set result = [] -%}
    {%- for manifest in versions -%}
        {%- do result.append({
            'build_id': manifest.build_id,
            'folder': published ~ '/versions/' ~ manifest.build_id,
            'as_of_date': manifest.as_of_date,
            'based_on': manifest.based_on,
            'is_current': loop.first,
            'tables': manifest.row_counts,
        }) -%}
    {%- endfor -%}
    {{ return(result) }}
{% endmacro %}
