{#- A text with the value of each var in place of the var's name in backticks: `age_years_min` → 18. -#}
{% macro with_values(text) -%}
    {%- set shown = namespace(text=text) -%}
    {%- for name in modules.re.findall('`(\\w+)`', text) if var(name, none) is not none -%}
        {%- set value = var(name) -%}
        {%- set value = value if value is string or value is not iterable else value | join(', ') -%}
        {%- set shown.text = shown.text | replace('`' ~ name ~ '`', value) -%}
    {%- endfor -%}
    {{ return(shown.text) }}
{%- endmacro %}
