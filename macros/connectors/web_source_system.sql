{#-
    The system that issued the ids of customers, products and orders which web events carry: the var
    `web_user_id_source_system`, else the store connector that is on, else that of the shop's own files.
-#}
{% macro web_source_system() %}
    {%- if var('web_user_id_source_system') -%}
        {{ return(var('web_user_id_source_system')) }}
    {%- endif -%}
    {{ return(store_connectors() | first or '') }}
{% endmacro %}
