{{ config(materialized='view') }}
{%- set setting = as_of_setting(var('as_of', none), var('demo_as_of')) if execute else {} %}

with

as_of as (
    select * from {{ ref('int_as_of') }}
)

select days.*
from {{ ref('int_file_product_days') }} as days
cross join as_of
where days.occurred_on <{{ '=' if setting.date }} as_of.as_of_date

union all

select * from {{ ref('int_last_product_days') }}
