select
    item_id,
    video_creator_username,
    metric_date,
    media_type,
    is_ad,
    email_clicks,
    address_clicks,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_details') }}
