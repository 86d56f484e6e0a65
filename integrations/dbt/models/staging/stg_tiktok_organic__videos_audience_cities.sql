select
    item_id,
    video_creator_username,
    metric_date,
    audience_cities_city_name,
    audience_cities_percentage,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_audience_cities') }}
