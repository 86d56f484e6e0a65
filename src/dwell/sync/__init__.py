"""Syncs: connected accounts are read, stream by stream, and what was read is stored.

- `request.py` is what a user asks for; `spec.py` the job that it becomes
- `plan.py` says what a sync will cost before anything is sent
- `run.py` runs a job: accounts in parallel, killed and resumed without reading a page twice
- `account_reader.py` reads one account; `windows.py` has the rules of how far back
- `clients.py` opens the API clients of an account, each within the limits of its endpoint
- `finalize.py` stores what only the end of a sync can tell: posts that are missing, days that are lost, cursors
- `history.py` lists the syncs so far
"""
