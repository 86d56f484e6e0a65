select
    item_id,
    video_creator_username,
    metric_date,
    impression_sources_impression_source,
    impression_sources_percentage,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_impression_sources') }}
