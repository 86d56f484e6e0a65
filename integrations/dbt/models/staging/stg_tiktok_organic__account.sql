select
    video_creator_username,
    metric_date,
    bio_description,
    display_name,
    followers_count,
    following_count,
    is_business_account,
    is_verified,
    profile_deep_link,
    profile_image,
    total_likes,
    videos_count,
    _synced_at,
    _source
from {{ source('tiktok_organic', 'tiktok_organic_account') }}
