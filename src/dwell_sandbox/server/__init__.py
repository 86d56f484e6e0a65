"""A local server that implements the providers' protocols on top of the simulated world.

`sandbox.Sandbox` handles the requests; `serve.serve_in_thread` serves it in a thread, `serve.serve_forever` until
Ctrl-C.
"""
