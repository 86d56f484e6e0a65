"""The HTTP API of the tracking service: routes only translate, the rules stand in `tracking`."""
