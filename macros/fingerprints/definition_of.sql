{#-
    What a model or seed of the graph computes, as a dict: `fingerprint`, a digest of its code, of the
    macros it calls, of the package that a Python model calls, of its vars and of the contract of the raw
    tables it reads; and `variables`, the
    values of the vars that its code names.
-#}
{% macro definition_of(node) %}
    {%- set no_definition = [
        'as_of', 'demo_as_of', 'connectors', 'segment_orders', 'SEGMENTRY_RAW_DIR', 'SEGMENTRY_RAW_SCHEMA',
    ] -%}
    {%- set parts = [node.config.materialized] -%}
    {%- if node.resource_type == 'seed' and not node.config.meta.holds_data -%}
        {%- do parts.append(node.checksum.checksum) -%}
    {%- endif -%}
    {%- if node.language == 'python' -%}
        {%- do parts.append(digest_of_predictions()) -%}
    {%- endif -%}
    {%- set codes = called_macros(node) -%}
    {%- do codes.append(node.raw_code) -%}
    {%- set variables = {} -%}
    {%- for code in codes -%}
        {%- set code = modules.re.sub('(?s)\\{#.*?#\\}|(?m:^\\s*--[^\\n]*$)', ' ', code) -%}
        {%- do parts.append(modules.re.sub('\\s+', ' ', code).strip()) -%}
        {%- for name in modules.re.findall('\\bvar\\(\\s*[\'"](\\w+)[\'"]', code) -%}
            {%- if name not in no_definition -%}
                {%- do variables.update({name: var(name, none)}) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for name in modules.re.findall('\\benv_var\\(\\s*[\'"](\\w+)[\'"]', code) -%}
            {%- if name not in no_definition -%}
                {%- do parts.append(name ~ '=' ~ env_var(name, '')) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for parent in node.depends_on.nodes or [] if parent in graph.sources -%}
        {%- set source = graph.sources[parent] -%}
        {%- if source.source_name == 'raw' or source.source_name in connector_tables() -%}
            {%- do parts.append(tojson(contract_of(source), sort_keys=true)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, value in variables | dictsort -%}
        {%- do parts.append(name ~ '=' ~ value) -%}
    {%- endfor -%}
    {{ return({'fingerprint': local_md5(parts | join('\n')), 'variables': variables}) }}
{% endmacro %}
