"""Connected accounts: consent, tokens encrypted at rest and refreshed in time, and what each connection lacks.

- `consent.py` asks an owner for the consent, and makes the connection from what comes back
- `secret_keys.py` has the keys that encrypt tokens, from `DWELL_SECRET_KEY` or `secret.key`
- `vault.py` encrypts and decrypts the tokens of a data folder
- `refresh.py` gets new tokens, in one process at a time
- `credentials.py` gives the headers of requests about a connected account
"""
