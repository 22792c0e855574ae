select
    versions.build_id,
    versions.as_of_date,
    versions.based_on,
    versions.is_current
from {{ source('published', 'versions') }} as versions
