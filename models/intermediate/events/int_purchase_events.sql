{{ config(materialized='view') }}

select purchases.*
from {{ ref('int_file_purchases') }} as purchases
cross join {{ ref('int_as_of') }} as as_of
where purchases.occurred_at < as_of.as_of
