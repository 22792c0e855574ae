select
    segment_definitions.build_id,
    segment_definitions.segment,
    segment_definitions.lineage_fingerprint,
    segment_definitions.defined_on,
    segment_definitions.as_of_date
from {{ source('published', 'segment_definitions') }} as segment_definitions
