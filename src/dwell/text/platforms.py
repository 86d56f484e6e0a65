"""Platforms by the names that people write and by the hosts of their links."""

from __future__ import annotations

import re

from dwell.text.words import clean, lower

IN_TABLES = ("tiktok", "youtube")
"""Platforms whose rows are stored from any table; those of others are rejected."""
STORED = (*IN_TABLES, "facebook")
"""Platforms whose posts dwell stores; Facebook's only from Meta's own table."""

_NAMES = {
    "tiktok": "tiktok | tik tok | tik-tok | tt | tiktok.com | tiktok ads | tiktok organic | tiktok video",
    "youtube": """
        youtube | you tube | yt | youtube shorts | youtube short | yt shorts | shorts | youtube.com | youtubeshorts |
        youtubetab | youtube video
    """,
    "instagram": "instagram | insta | ig | instagram reels | instagram reel | ig reels | reels | reel | instagram.com",
    "facebook": "facebook | fb | facebook reels | fb reels | meta | facebook.com | facebook page",
    "x": "x | twitter | x (twitter) | twitter/x | x/twitter | x.com | twitter.com | twitter (x)",
    "linkedin": "linkedin | linked in | linkedin.com | li",
    "snapchat": "snapchat | snap | snapchat spotlight | spotlight",
    "pinterest": "pinterest | pin | pinterest.com",
    "threads": "threads | threads.net",
    "douyin": "douyin | 抖音",
    "kuaishou": "kuaishou | kwai | 快手",
    "xiaohongshu": "xiaohongshu | rednote | red | xhs | 小红书",
    "bilibili": "bilibili | b站 | 哔哩哔哩",
    "weibo": "weibo | 微博",
    "twitch": "twitch | twitch.tv",
    "reddit": "reddit | reddit.com",
    "likee": "likee",
    "triller": "triller",
    "vimeo": "vimeo",
    "vk": "vk | vkontakte | вконтакте | vk video | vk clips",
    "rutube": "rutube",
    "telegram": "telegram",
    "bluesky": "bluesky | bsky",
    "dailymotion": "dailymotion",
    "clapper": "clapper",
    "lemon8": "lemon8",
}
NAMES: dict[str, str] = {
    " ".join(name.split()): platform for platform, names in _NAMES.items() for name in names.split("|")
}
"""What people write, lower case -> platform. Without a platform of that name, the word itself names another one."""

HOSTS: dict[str, str] = {
    "tiktok.com": "tiktok",
    "tiktokv.com": "tiktok",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "instagram.com": "instagram",
    "instagr.am": "instagram",
    "facebook.com": "facebook",
    "fb.watch": "facebook",
    "fb.com": "facebook",
    "twitter.com": "x",
    "x.com": "x",
    "linkedin.com": "linkedin",
    "snapchat.com": "snapchat",
    "pinterest.com": "pinterest",
    "pin.it": "pinterest",
    "threads.net": "threads",
    "threads.com": "threads",
    "douyin.com": "douyin",
    "iesdouyin.com": "douyin",
    "kuaishou.com": "kuaishou",
    "kwai.com": "kuaishou",
    "xiaohongshu.com": "xiaohongshu",
    "bilibili.com": "bilibili",
    "weibo.com": "weibo",
    "twitch.tv": "twitch",
    "reddit.com": "reddit",
    "likee.video": "likee",
    "triller.co": "triller",
    "vimeo.com": "vimeo",
    "vk.com": "vk",
    "vkvideo.ru": "vk",
    "rutube.ru": "rutube",
    "bsky.app": "bluesky",
    "dailymotion.com": "dailymotion",
}
"""Host of a link, without what stands before it -> platform. Other hosts say nothing: a copy may lie anywhere."""
HOST_IN_LINK = "^(?:[a-z]+://)?(?:[a-z0-9-]+\\.)*?(" + "|".join(HOSTS).replace(".", "\\.") + ")(?::[0-9]+)?(?:[/?#]|$)"
"""The host of a link in lower case, for RE2: only files have links that dwell did not make."""


def find_platform(name: str) -> str | None:
    """The platform that a cell names; None where it names none that dwell knows."""
    return NAMES.get(re.sub(" +", " ", lower(clean(name))))
