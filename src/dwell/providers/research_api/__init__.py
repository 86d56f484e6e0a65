"""TikTok's Research API: rows for approved academic researchers; its counters lag behind the website."""
