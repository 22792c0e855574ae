-- depends_on: {{ ref('segment_memberships') }}
with

raw_row_counts as (
    select
        table_name,
        cast(sum(staged_row_count) as {{ dbt.type_bigint() }}) as staged_row_count
    from {{ ref('raw_row_counts') }}
    group by table_name
),

forecasts as (
    select * from {{ ref('prediction_models') }}
    where purpose = 'forecast' and outcome = 'passed'
),

clusters as (
    select * from {{ ref('cluster_profiles') }}
),

as_of as (
    select * from {{ ref('int_as_of') }}
),

counts as (
    select
        table_name,
        staged_row_count as used_row_count
    from raw_row_counts
    union all
    select
        case model
            when 'mbg_nbd' then 'forecast of purchases' else 'forecast of order values'
        end as table_name,
        buyers as used_row_count
    from forecasts
    union all
    select
        'clusters of buyers' as table_name,
        cast(sum(customer_count) as bigint) as used_row_count
    from clusters
),

-- What each segment's `meta: {needs: …}` says: all of the list, and of a list within it any one.
needs as (
    {%- for model in segment_models() %}
    {%- for need in model.config.meta.needs or [] %}
    {%- set tables = [need] if need is string else need %}
    {%- for table in tables %}
    select
        {{ sql_text(segment_of(model)) }} as segment,
        {{ sql_text(tables | join(' or ')) }} as need,
        {{ sql_text(table) }} as table_name
    union all
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as segment,
        cast(null as {{ dbt.type_string() }}) as need,
        cast(null as {{ dbt.type_string() }}) as table_name
    where false
)

select
    needs.segment,
    needs.need,
    needs.table_name,
    coalesce(counts.used_row_count, 0) as used_row_count,
    sum(coalesce(counts.used_row_count, 0)) over (
        partition by needs.segment, needs.need
    ) > 0 as is_met,
    as_of.as_of_date
from needs
cross join as_of
left join counts on needs.table_name = counts.table_name
