"""The tracking service: hourly snapshots of any public video. The rules stand here, without HTTP."""
