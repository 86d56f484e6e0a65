select
    item_id,
    video_creator_username,
    metric_date,
    audience_genders_gender,
    audience_genders_percentage,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_videos_audience_genders') }}
