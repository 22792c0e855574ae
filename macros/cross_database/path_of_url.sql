{#-
    The path of a web address, without host, query and fragment; `/` where it has none. An email address
    in it, as shops write them into links, reads `(email)`.
-#}
{% macro path_of_url(url) -%}
    {{ return(adapter.dispatch('path_of_url', 'segmentry')(url)) }}
{%- endmacro %}

{% macro duckdb__path_of_url(url) -%}
    {%- set path -%}
        replace(
            regexp_extract({{ url }}, '^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*)', 1), '%40', '@'
        )
    {%- endset -%}
    {{ without_addresses("coalesce(nullif(" ~ path ~ ", ''), case when " ~ url ~ " <> '' then '/' end)") }}
{%- endmacro %}
