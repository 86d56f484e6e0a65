"""TikTok Studio, Creator Center and Business Suite exports: public counters and account series, never watch time."""
