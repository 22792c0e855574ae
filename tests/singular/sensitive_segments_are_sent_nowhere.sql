-- What tells something personal leaves only when it is named.
select segment
from {{ ref('segment_catalog') }}
where is_sensitive and destinations is not null
