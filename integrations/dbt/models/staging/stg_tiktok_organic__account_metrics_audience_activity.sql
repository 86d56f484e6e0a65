select
    video_creator_username,
    metric_date,
    audience_activity_count,
    audience_activity_hour,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_account_metrics_audience_activity') }}
