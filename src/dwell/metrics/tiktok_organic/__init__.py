"""The tables of a TikTok Organic connector, derived from what the API for Business said: one Ibis expression each."""
