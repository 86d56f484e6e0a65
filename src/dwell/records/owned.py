"""What only the owner of an account can see of it through TikTok's API for Business, beside the tables of all sources.

The counters of a video are in `post_snapshots`, its watch time in `watch_times` and its curve in `retention`, at the
same instant as here; what is known of the account's followers is in `creator_snapshots` and `audience_shares`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning

_OpenId = Annotated[str, Meaning("The account's id for the user's app: it stays when the account is renamed")]
_Username = Annotated[str | None, Meaning("The account's name at that time, lower case, without @")]
_Source = Annotated[str, Meaning("Format or provider")]
_ReadAt = Annotated[datetime, Meaning("When it was read, UTC")]
_REGISTERED = "only registered business accounts have it"
_BUSINESS = "only business accounts have it"


class OwnedAccount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The profile of a connected account at one instant; its counters are in `creator_snapshots`."""

    open_id: _OpenId
    observed_at: _ReadAt
    username: _Username = None
    display_name: Annotated[str | None, Meaning("Name shown on the profile")] = None
    bio_description: Annotated[str | None, Meaning("Description on the profile; null where there is none")] = None
    profile_image: Annotated[str | None, Meaning("Address of the profile image; it expires")] = None
    profile_deep_link: Annotated[str | None, Meaning("Link to the profile")] = None
    is_business_account: Annotated[bool | None, Meaning("The account is a business account")] = None
    is_verified: Annotated[bool | None, Meaning("Verified by TikTok")] = None
    source: _Source


class OwnedAccountDay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One day of a connected account. The newest known value of each figure is kept: TikTok corrects the last days."""

    open_id: _OpenId
    day: Annotated[date, Meaning("Day, UTC")]
    video_views: Annotated[int | None, Meaning("Views of all videos on the day")] = None
    unique_video_views: Annotated[int | None, Meaning(f"People who watched that day; {_BUSINESS}")] = None
    profile_views: Annotated[int | None, Meaning("Views of the profile on the day")] = None
    likes: Annotated[int | None, Meaning("Likes given on the day; those taken back are not subtracted")] = None
    comments: Annotated[int | None, Meaning("Comments of the day")] = None
    shares: Annotated[int | None, Meaning("Shares of the day")] = None
    followers_count: Annotated[
        int | None, Meaning("Followers on the day; some responses have the change of the day here: never subtract")
    ] = None
    daily_new_followers: Annotated[int | None, Meaning(f"Followers gained; {_BUSINESS}")] = None
    daily_lost_followers: Annotated[int | None, Meaning(f"Followers lost; {_BUSINESS}")] = None
    daily_total_followers: Annotated[
        int | None,
        Meaning(f"As sent: the followers at the end of the day, or its net change; {_BUSINESS}"),
    ] = None
    engaged_audience: Annotated[int | None, Meaning(f"People who engaged; {_BUSINESS}")] = None
    bio_link_clicks: Annotated[int | None, Meaning(f"Clicks on the link in the bio; {_REGISTERED}")] = None
    email_clicks: Annotated[int | None, Meaning(f"Clicks on the e-mail button; {_REGISTERED}")] = None
    phone_number_clicks: Annotated[int | None, Meaning(f"Clicks on the phone number; {_REGISTERED}")] = None
    address_clicks: Annotated[int | None, Meaning(f"Clicks on the address; {_REGISTERED}")] = None
    lead_submissions: Annotated[int | None, Meaning(f"Forms submitted; {_REGISTERED}")] = None
    app_download_clicks: Annotated[int | None, Meaning(f"Clicks on the app download; {_REGISTERED}")] = None
    source: _Source
    observed_at: _ReadAt


class OwnedAccountActivity(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Followers of a connected account who were active in one hour."""

    open_id: _OpenId
    day: Annotated[date, Meaning("Day, UTC")]
    hour: Annotated[int, Meaning("Hour of the day, 0-23, UTC")]
    active_followers: Annotated[int | None, Meaning("Followers active in that hour")] = None
    source: _Source
    observed_at: _ReadAt


class OwnedPost(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One reading of one video of a connected account."""

    post_id: Annotated[str, Meaning("The post")]
    observed_at: _ReadAt
    open_id: _OpenId
    username: _Username = None
    caption: Annotated[str | None, Meaning("Caption at that time")] = None
    duration_s: Annotated[float | None, Meaning("Length in seconds; known a day or two after publishing")] = None
    share_url: Annotated[str | None, Meaning("Link to the video")] = None
    embed_url: Annotated[str | None, Meaning("Address of the player for other pages")] = None
    thumbnail_url: Annotated[str | None, Meaning("Address of the cover image; it expires")] = None
    profile_views: Annotated[int | None, Meaning(f"Views of the profile from the video; {_BUSINESS}")] = None
    website_clicks: Annotated[int | None, Meaning(f"Clicks on the website; {_REGISTERED}")] = None
    phone_number_clicks: Annotated[int | None, Meaning(f"Clicks on the phone number; {_REGISTERED}")] = None
    lead_submissions: Annotated[int | None, Meaning(f"Forms submitted; {_REGISTERED}")] = None
    app_download_clicks: Annotated[int | None, Meaning(f"Clicks on the app download; {_REGISTERED}")] = None
    email_clicks: Annotated[int | None, Meaning(f"Clicks on the e-mail button; {_REGISTERED}")] = None
    address_clicks: Annotated[int | None, Meaning(f"Clicks on the address; {_REGISTERED}")] = None
    source: _Source


class PostBreakdown(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One member of a breakdown of a video's views or viewers. The members of one reading are one list."""

    post_id: Annotated[str, Meaning("The post")]
    observed_at: _ReadAt
    dimension: Annotated[
        str, Meaning("`impression_source`, `audience_type`, `audience_country`, `audience_city` or `audience_gender`")
    ]
    member: Annotated[str, Meaning("As sent, e.g. `For You`, `NEW_VIEWER`, `DE`, `US Cincinnati`; genders `female_vv`")]
    share: Annotated[float | None, Meaning("Share, 0-1; TikTok sends cities in percent")] = None
    source: _Source


class EngagementLike(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The share of a video's likes that were given in one second of it. The seconds of one reading are one list."""

    post_id: Annotated[str, Meaning("The post")]
    observed_at: _ReadAt
    second: Annotated[float, Meaning("Seconds from the start of the video")]
    like_share: Annotated[float | None, Meaning("Share of the likes, 0-1")] = None
    source: _Source


class OwnedComment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the owner of a video sees of a comment beyond `comments`, at one instant. Personal data of others."""

    comment_id: Annotated[str, Meaning("Platform id, as text")]
    observed_at: _ReadAt
    post_id: Annotated[str | None, Meaning("The post that it belongs to")] = None
    open_id: _OpenId
    parent_comment_id: Annotated[str | None, Meaning("Of a reply: the comment that it answers")] = None
    user_id: Annotated[str | None, Meaning("Id of the author, which TikTok is going to remove")] = None
    unique_identifier: Annotated[str | None, Meaning("Id of the author for the user's app")] = None
    username: Annotated[str | None, Meaning("Name of the author's account")] = None
    display_name: Annotated[str | None, Meaning("Name that the author's profile shows")] = None
    profile_image: Annotated[str | None, Meaning("Address of the author's image; it expires")] = None
    image_url: Annotated[str | None, Meaning("Address of an image in the comment")] = None
    is_owner: Annotated[bool | None, Meaning("The owner of the video wrote it")] = None
    is_liked: Annotated[bool | None, Meaning("The owner of the video likes it")] = None
    is_pinned: Annotated[bool | None, Meaning("It is pinned above the others")] = None
    status: Annotated[str | None, Meaning("`PUBLIC` or `HIDDEN`")] = None
    source: _Source


class CategoryBenchmark(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """TikTok's averages of the accounts of a business category, at one instant."""

    business_category: Annotated[str, Meaning("TikTok's name of the category, e.g. `ART_AND_CRAFTS`")]
    observed_at: _ReadAt
    average_video_views: Annotated[float | None, Meaning("Views of a video")] = None
    average_likes: Annotated[float | None, Meaning("Likes of a video")] = None
    average_comments: Annotated[float | None, Meaning("Comments of a video")] = None
    average_shares: Annotated[float | None, Meaning("Shares of a video")] = None
    average_engagement_rate: Annotated[float | None, Meaning("Engagement rate, 0-1")] = None
    average_follower_count: Annotated[float | None, Meaning("Followers of an account")] = None
    average_follower_growth: Annotated[float | None, Meaning("New followers of an account")] = None
    average_video_count: Annotated[float | None, Meaning("Videos of an account")] = None
    source: _Source


class OwnedGap(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A day of a connected account that was not read in time, and that TikTok does not show any more."""

    open_id: _OpenId
    stream: Annotated[str, Meaning("`account_days`, or `videos` for a day on which no video was read")]
    day: Annotated[date, Meaning("Day, UTC")]
    detail: Annotated[str | None, Meaning("Why it is missing")] = None
    source: _Source
    observed_at: Annotated[datetime, Meaning("When that was found, UTC")]
