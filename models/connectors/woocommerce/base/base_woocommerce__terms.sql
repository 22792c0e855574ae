{{ config(materialized='view', enabled=is_connected('woocommerce')) }}

select
    relationships.connector,
    relationships.object_id as product_id,
    min(case when taxonomies.taxonomy = 'product_cat' then terms.name end) as category,
    min(case when taxonomies.taxonomy = 'product_brand' then terms.name end) as brand
from {{ source('woocommerce', 'term_relationships') }} as relationships
inner join {{ source('woocommerce', 'term_taxonomy') }} as taxonomies
    on relationships.connector = taxonomies.connector
    and relationships.term_taxonomy_id = taxonomies.term_taxonomy_id
inner join {{ source('woocommerce', 'terms') }} as terms
    on taxonomies.connector = terms.connector and taxonomies.term_id = terms.term_id
where taxonomies.taxonomy in ('product_cat', 'product_brand')
group by relationships.connector, relationships.object_id
