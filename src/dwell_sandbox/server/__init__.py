"""A local server that speaks providers' protocols over the simulated world.

`sandbox.Sandbox` is what is served, `run.serve` serves it in a thread, `run.run` until Ctrl-C.
"""
