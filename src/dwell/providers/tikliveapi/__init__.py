"""TikLiveAPI and its siblings (tikwm, tiktok-scraper7): snake_case payloads, bare or in `{code, msg, data}`."""
