{#-
    What the data tests of a run found, in words, by unique id: of those that failed or warned, what was
    expected, how many rows break it, which (ids, never a personal datum) and where to see them all.
-#}
{% macro findings_of_tests(results) %}
    {%- set findings = {} -%}
    {%- for result in results if result.node.resource_type == 'test' -%}
        {%- if result.status in ['fail', 'warn'] -%}
            {%- do findings.update({result.node.unique_id: finding_of_test(result)}) -%}
        {%- elif result.status == 'error' -%}
            {%- do findings.update({
                result.node.unique_id: result.node.name ~ ': no answer, since its query failed: '
                ~ result.node.compiled_path
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(findings) }}
{% endmacro %}
