select
    item_id,
    video_creator_username,
    metric_date,
    audience_countries_country,
    audience_countries_percentage,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_audience_countries') }}
