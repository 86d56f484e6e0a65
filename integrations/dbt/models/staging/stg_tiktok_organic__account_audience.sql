select
    video_creator_username,
    metric_date,
    audience_dimension,
    audience_member,
    audience_percentage,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_account_audience') }}
